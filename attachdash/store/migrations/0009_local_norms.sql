-- What stands in for a figure that nobody published: entered by an administrator with its source,
-- or taken from this practice's own first answers. Saving anew adds a version.
CREATE TABLE local_norm (
    site_id SMALLINT NOT NULL, scale_id INTEGER NOT NULL,
    origin VARCHAR NOT NULL CHECK (origin IN ('entered', 'own answers')), version INTEGER NOT NULL,
    group_name VARCHAR NOT NULL,
    of_whom VARCHAR NOT NULL CHECK (of_whom IN ('clients', 'community')), mean DOUBLE PRECISION NOT NULL, sd DOUBLE PRECISION NOT NULL,
    reliability DOUBLE PRECISION NOT NULL,
    reliability_kind VARCHAR NOT NULL CHECK (reliability_kind IN ('alpha', 'retest')),
    n INTEGER, source VARCHAR NOT NULL, by_person_id BIGINT NOT NULL,
    recorded_at TIMESTAMP NOT NULL, replaced_at TIMESTAMP, reason VARCHAR NOT NULL,
    PRIMARY KEY (site_id, scale_id, origin, version)
);
