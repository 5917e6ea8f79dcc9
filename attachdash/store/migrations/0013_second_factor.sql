-- The app on a phone that somebody confirms their sign-in with. The secret is sealed with a key
-- that is not in the database. Not in force until a first code has confirmed it; `used_step` is the
-- half-minute of the last code that was taken, `short_password` whether the present password is one
-- that only a second factor allows.
CREATE TABLE second_factor (
    site_id SMALLINT NOT NULL, person_id BIGINT NOT NULL, secret VARCHAR NOT NULL,
    begun_at TIMESTAMP NOT NULL, confirmed_at TIMESTAMP, used_step BIGINT NOT NULL,
    short_password BOOLEAN NOT NULL,
    PRIMARY KEY (site_id, person_id)
);

-- One row per code for the day on which the phone is gone; each is good once.
CREATE TABLE recovery_code (
    site_id SMALLINT NOT NULL, code_hash VARCHAR NOT NULL, person_id BIGINT NOT NULL,
    used_at TIMESTAMP,
    PRIMARY KEY (site_id, code_hash)
);

ALTER TABLE web_session ADD COLUMN confirmed_at TIMESTAMP;
