-- Phases and events of an episode. A row per version: the one that holds has no `replaced_at`; the
-- others say who replaced them, when and why. One taken back has none that holds.
CREATE TABLE mark (
    site_id SMALLINT NOT NULL, mark_id BIGINT NOT NULL, version INTEGER NOT NULL,
    client_id BIGINT NOT NULL, episode_id BIGINT NOT NULL,
    kind VARCHAR NOT NULL CONSTRAINT mark_kind_known CHECK (kind IN ('phase', 'rupture', 'loss',
        'move', 'medication', 'life event', 'other')),
    technique VARCHAR CONSTRAINT mark_technique_known CHECK (technique IN ('cbt', 'psychodynamic',
        'interpersonal', 'mindfulness', 'other')),
    from_on DATE NOT NULL, to_on DATE, words VARCHAR NOT NULL,
    visibility VARCHAR NOT NULL CONSTRAINT mark_visibility_known
        CHECK (visibility IN ('staff', 'client')),
    by_person_id BIGINT NOT NULL, recorded_at TIMESTAMP NOT NULL, replaced_at TIMESTAMP,
    replaced_by BIGINT, reason VARCHAR,
    PRIMARY KEY (site_id, mark_id, version)
);
