-- More states, and flags that rest on no answer. A CHECK can't be changed here, so that the table is
-- made anew.
CREATE TABLE flag_held AS SELECT * FROM flag;
DROP TABLE flag;
CREATE TABLE flag (
    site_id SMALLINT NOT NULL, flag_id BIGINT NOT NULL, client_id BIGINT NOT NULL,
    episode_id BIGINT, kind VARCHAR NOT NULL, cause VARCHAR NOT NULL,
    administration_id BIGINT, raised_at TIMESTAMP NOT NULL,
    state VARCHAR NOT NULL CHECK (state IN ('open', 'historic', 'seen', 'acted', 'closed', 'over',
        'withdrawn')),
    PRIMARY KEY (site_id, flag_id)
);
INSERT INTO flag (site_id, flag_id, client_id, episode_id, kind, cause, administration_id,
    raised_at, state)
SELECT site_id, flag_id, client_id, episode_id, kind, cause, administration_id, raised_at, state
FROM flag_held;
DROP TABLE flag_held;
