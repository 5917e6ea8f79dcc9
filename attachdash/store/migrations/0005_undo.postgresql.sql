ALTER TABLE flag DROP CONSTRAINT flag_state_check;
ALTER TABLE flag ADD CONSTRAINT flag_state_check
    CHECK (state IN ('open', 'historic', 'seen', 'withdrawn'));
ALTER TABLE flag_step DROP CONSTRAINT flag_step_kind_known;
ALTER TABLE flag_step ADD CONSTRAINT flag_step_kind_known
    CHECK (kind IN ('raised', 'historic evidence', 'new evidence', 'seen', 'evidence withdrawn',
        'withdrawn'));
CREATE INDEX administration_by_batch ON administration (site_id, batch_id)
    WHERE batch_id IS NOT NULL;
