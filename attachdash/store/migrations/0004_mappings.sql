-- What a file's columns mean, saved by name. Saving under a name again adds a version.
CREATE TABLE mapping (
    site_id SMALLINT NOT NULL, mapping_id BIGINT NOT NULL, version INTEGER NOT NULL,
    name VARCHAR NOT NULL, body VARCHAR NOT NULL, by_person_id BIGINT NOT NULL,
    recorded_at TIMESTAMP NOT NULL, replaced_at TIMESTAMP, reason VARCHAR NOT NULL,
    PRIMARY KEY (site_id, mapping_id, version)
);
