-- What was taken back: by whom, and what an import made beside the answers it brought.
ALTER TABLE batch ADD COLUMN undone_by BIGINT;
ALTER TABLE batch ADD COLUMN undone_at TIMESTAMP;
ALTER TABLE administration ADD COLUMN replaced_by BIGINT;

-- One row per client or episode that an import created.
CREATE TABLE batch_made (
    site_id SMALLINT NOT NULL, batch_id BIGINT NOT NULL,
    kind VARCHAR NOT NULL CHECK (kind IN ('client', 'episode')), object_id BIGINT NOT NULL,
    PRIMARY KEY (site_id, kind, object_id)
);

-- One row per ready score of a version that no longer counts: its only other copy was in `score`.
CREATE TABLE score_before (
    site_id SMALLINT NOT NULL, administration_id BIGINT NOT NULL, version SMALLINT NOT NULL,
    scale_id INTEGER NOT NULL, value DOUBLE PRECISION, asked SMALLINT NOT NULL,
    definition_id INTEGER NOT NULL,
    PRIMARY KEY (site_id, administration_id, version, scale_id)
);
