-- That staff show a client nothing of one instrument, until a day comes or somebody ends it before.
-- `to_on` is the first day without; `ended_at` is set only where it was ended early.
CREATE TABLE hold (
    site_id SMALLINT NOT NULL, hold_id BIGINT NOT NULL, client_id BIGINT NOT NULL,
    instrument_id INTEGER NOT NULL, from_at TIMESTAMP NOT NULL, to_on DATE NOT NULL,
    reason VARCHAR NOT NULL, by_person_id BIGINT NOT NULL, ended_at TIMESTAMP, ended_by BIGINT,
    PRIMARY KEY (site_id, hold_id)
);
