ALTER TABLE flag DROP CONSTRAINT flag_kind_known;
ALTER TABLE flag ADD CONSTRAINT flag_kind_known
    CHECK (kind IN ('suicide_answer', 'suicide_blank', 'harm_to_others_answer',
        'harm_to_others_blank', 'unsafe_answer', 'unsafe_blank', 'ask_answer', 'ask_blank', 'red',
        'amber', 'not_moving', 'worse', 'alliance_low', 'alliance_fallen', 'overdue', 'talk',
        'paused', 'withdrew'));
