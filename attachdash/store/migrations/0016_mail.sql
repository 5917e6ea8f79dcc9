-- Where somebody is told that something waits for them.
ALTER TABLE person ADD COLUMN mail VARCHAR;

-- What was told to whom by mail and when: a flag as it was opened then, and whom it had come to
-- (0 therapist, 1 supervisor, 2 administrator). Nobody is told the same twice.
CREATE TABLE mail_sent (
    site_id SMALLINT NOT NULL, person_id BIGINT NOT NULL, flag_id BIGINT NOT NULL,
    raised_at TIMESTAMP NOT NULL, level SMALLINT NOT NULL, sent_at TIMESTAMP NOT NULL,
    PRIMARY KEY (site_id, person_id, flag_id, raised_at, level)
);
-- A try at sending that has not come to a good end: person 0 is the mail server as a whole, others
-- are those whose address it refuses. `reason` is empty while the first try is under way.
CREATE TABLE mail_try (
    site_id SMALLINT NOT NULL, person_id BIGINT NOT NULL, since_at TIMESTAMP NOT NULL,
    tries INTEGER NOT NULL, next_at TIMESTAMP NOT NULL, reason VARCHAR NOT NULL,
    PRIMARY KEY (site_id, person_id)
);
