-- How far this practice's own clients drift and waver on a scale, in shares of S, beside the
-- starting values that the estimate was drawn to. Estimating anew adds a version.
CREATE TABLE own_shares (
    site_id SMALLINT NOT NULL, scale_id INTEGER NOT NULL, version INTEGER NOT NULL,
    drift DOUBLE PRECISION NOT NULL, transient DOUBLE PRECISION NOT NULL,
    default_drift DOUBLE PRECISION NOT NULL, default_transient DOUBLE PRECISION NOT NULL,
    series INTEGER NOT NULL, of_series INTEGER NOT NULL, occasions INTEGER NOT NULL,
    taken_on DATE NOT NULL, recorded_at TIMESTAMP NOT NULL, replaced_at TIMESTAMP,
    PRIMARY KEY (site_id, scale_id, version)
);
