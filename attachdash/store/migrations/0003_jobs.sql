-- One row per run of a step of the nightly job, or of one that somebody asked for.
CREATE TABLE job (
    site_id SMALLINT NOT NULL,
    name VARCHAR NOT NULL,
    started_at TIMESTAMP NOT NULL,
    ended_at TIMESTAMP,
    result VARCHAR NOT NULL,
    PRIMARY KEY (site_id, name, started_at)
);
