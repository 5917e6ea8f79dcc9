-- What was answered to the short look at what may hold a client back, and to the steps of safety.
-- Rows are only ever added: the last of a flag and question holds, and one with an empty answer took
-- the one before back. The words stand as they were shown, whatever the content says later. A flag
-- that is no longer here is NULL.
CREATE TABLE look_answer (
    site_id SMALLINT NOT NULL, look_answer_id BIGINT NOT NULL, client_id BIGINT NOT NULL,
    episode_id BIGINT, flag_id BIGINT, question_id VARCHAR NOT NULL, version INTEGER NOT NULL,
    asked VARCHAR NOT NULL, answer VARCHAR NOT NULL,
    how VARCHAR NOT NULL CONSTRAINT look_answer_how_known
        CHECK (how IN ('with the client', 'from knowledge')),
    by_person_id BIGINT NOT NULL, given_at TIMESTAMP NOT NULL,
    PRIMARY KEY (site_id, look_answer_id)
);
-- What a supervisor noted beside a flag on the agenda; only ever added.
CREATE TABLE agenda_note (
    site_id SMALLINT NOT NULL, agenda_note_id BIGINT NOT NULL, client_id BIGINT NOT NULL,
    flag_id BIGINT, words VARCHAR NOT NULL, by_person_id BIGINT NOT NULL,
    noted_at TIMESTAMP NOT NULL,
    PRIMARY KEY (site_id, agenda_note_id)
);
