ALTER TABLE flag ALTER COLUMN administration_id DROP NOT NULL;
ALTER TABLE flag DROP CONSTRAINT flag_state_check;
ALTER TABLE flag ADD CONSTRAINT flag_state_check
    CHECK (state IN ('open', 'historic', 'seen', 'acted', 'closed', 'over', 'withdrawn'));
ALTER TABLE flag DROP CONSTRAINT flag_kind_known;
ALTER TABLE flag ADD CONSTRAINT flag_kind_known
    CHECK (kind IN ('suicide_answer', 'suicide_blank', 'harm_to_others_answer',
        'harm_to_others_blank', 'ask_answer', 'ask_blank', 'red', 'amber', 'not_moving', 'worse',
        'alliance_low', 'alliance_fallen', 'overdue', 'talk', 'paused', 'withdrew'));
ALTER TABLE flag_step DROP CONSTRAINT flag_step_kind_known;
ALTER TABLE flag_step ADD CONSTRAINT flag_step_kind_known
    CHECK (kind IN ('raised', 'historic evidence', 'new evidence', 'seen', 'acted', 'closed',
        'over', 'evidence withdrawn', 'withdrawn'));
CREATE UNIQUE INDEX absence_key ON absence (site_id, person_id, from_on)
    WHERE to_on IS NULL OR to_on > from_on;
