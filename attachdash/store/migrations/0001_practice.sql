-- The practice: people, clients, care, measures, answers, safety. Tables marked (big) in
-- docs/data-dictionary.md have no key here: PostgreSQL gets theirs from the file beside this one.

CREATE TABLE setting (
    site_id SMALLINT NOT NULL, name VARCHAR NOT NULL, body VARCHAR NOT NULL,
    PRIMARY KEY (site_id, name)
);

CREATE TABLE person (
    site_id SMALLINT NOT NULL, person_id BIGINT NOT NULL, sign_in VARCHAR NOT NULL,
    name VARCHAR NOT NULL, password_hash VARCHAR, must_change BOOLEAN NOT NULL,
    epoch INTEGER NOT NULL, failures INTEGER NOT NULL, locked_until_at TIMESTAMP,
    disabled_at TIMESTAMP,
    PRIMARY KEY (site_id, person_id)
);

CREATE TABLE person_role (
    site_id SMALLINT NOT NULL, person_id BIGINT NOT NULL,
    role VARCHAR NOT NULL CHECK (role IN ('therapist', 'supervisor', 'client', 'administrator')),
    from_on DATE NOT NULL, to_on DATE
);

CREATE TABLE web_session (
    site_id SMALLINT NOT NULL, web_session_id BIGINT NOT NULL, browser_hash VARCHAR NOT NULL,
    person_id BIGINT NOT NULL, role VARCHAR NOT NULL, epoch INTEGER NOT NULL,
    created_at TIMESTAMP NOT NULL, seen_at TIMESTAMP NOT NULL, ended_at TIMESTAMP, ended_why VARCHAR,
    PRIMARY KEY (site_id, web_session_id)
);

CREATE TABLE one_time_code (
    site_id SMALLINT NOT NULL, code_hash VARCHAR NOT NULL, purpose VARCHAR NOT NULL,
    person_id BIGINT NOT NULL, expires_at TIMESTAMP NOT NULL, used_at TIMESTAMP,
    PRIMARY KEY (site_id, code_hash)
);

CREATE TABLE client (
    site_id SMALLINT NOT NULL, client_id BIGINT NOT NULL, code VARCHAR NOT NULL,
    name VARCHAR NOT NULL, born_on DATE,
    born_precision VARCHAR CHECK (born_precision IN ('day', 'year')),
    language VARCHAR NOT NULL, person_id BIGINT, restricted_at TIMESTAMP,
    PRIMARY KEY (site_id, client_id)
);

CREATE TABLE treats (
    site_id SMALLINT NOT NULL, therapist_id BIGINT NOT NULL, client_id BIGINT NOT NULL,
    from_on DATE NOT NULL, to_on DATE
);

CREATE TABLE supervises (
    site_id SMALLINT NOT NULL, supervisor_id BIGINT NOT NULL, therapist_id BIGINT NOT NULL,
    from_on DATE NOT NULL, to_on DATE
);

CREATE TABLE episode (
    site_id SMALLINT NOT NULL, episode_id BIGINT NOT NULL, client_id BIGINT NOT NULL,
    started_on DATE NOT NULL, start_is_nominal BOOLEAN NOT NULL, problem VARCHAR NOT NULL,
    PRIMARY KEY (site_id, episode_id)
);

CREATE TABLE episode_span (
    site_id SMALLINT NOT NULL, episode_id BIGINT NOT NULL, from_on DATE NOT NULL, to_on DATE,
    close_reason VARCHAR
);

CREATE TABLE lead (
    site_id SMALLINT NOT NULL, episode_id BIGINT NOT NULL, domain VARCHAR NOT NULL,
    scale_id INTEGER NOT NULL, version INTEGER NOT NULL, by_person_id BIGINT NOT NULL,
    recorded_at TIMESTAMP NOT NULL, replaced_at TIMESTAMP, reason VARCHAR NOT NULL,
    PRIMARY KEY (site_id, episode_id, domain, version)
);

CREATE TABLE instrument (
    site_id SMALLINT NOT NULL, instrument_id INTEGER NOT NULL, code VARCHAR NOT NULL,
    PRIMARY KEY (site_id, instrument_id)
);

CREATE TABLE scale (
    site_id SMALLINT NOT NULL, scale_id INTEGER NOT NULL, instrument_id INTEGER NOT NULL,
    code VARCHAR NOT NULL,
    PRIMARY KEY (site_id, scale_id)
);

CREATE TABLE definition (
    site_id SMALLINT NOT NULL, definition_id INTEGER NOT NULL, instrument_id INTEGER NOT NULL,
    sha256 VARCHAR NOT NULL, body VARCHAR NOT NULL, loaded_at TIMESTAMP NOT NULL,
    PRIMARY KEY (site_id, definition_id)
);

CREATE TABLE batch (
    site_id SMALLINT NOT NULL, batch_id BIGINT NOT NULL, file_name VARCHAR NOT NULL,
    file_sha256 VARCHAR NOT NULL, mapping_sha256 VARCHAR NOT NULL, kept INTEGER NOT NULL,
    refused INTEGER NOT NULL, by_person_id BIGINT NOT NULL, imported_at TIMESTAMP NOT NULL,
    PRIMARY KEY (site_id, batch_id)
);

CREATE TABLE administration (
    site_id SMALLINT NOT NULL, administration_id BIGINT NOT NULL, version SMALLINT NOT NULL,
    client_id BIGINT NOT NULL, episode_id BIGINT, instrument_id INTEGER NOT NULL,
    definition_id INTEGER NOT NULL, about_id BIGINT NOT NULL, informant_id BIGINT NOT NULL,
    answered_on DATE NOT NULL, is_nominal BOOLEAN NOT NULL, occasion VARCHAR NOT NULL,
    answers SMALLINT[], channel VARCHAR NOT NULL, batch_id BIGINT, by_person_id BIGINT NOT NULL,
    recorded_at TIMESTAMP NOT NULL, replaced_at TIMESTAMP, reason VARCHAR
);

CREATE TABLE score (
    site_id SMALLINT NOT NULL, administration_id BIGINT NOT NULL, scale_id INTEGER NOT NULL,
    client_id BIGINT NOT NULL, episode_id BIGINT, about_id BIGINT NOT NULL,
    informant_id BIGINT NOT NULL, answered_on DATE NOT NULL, value DOUBLE PRECISION,
    answered SMALLINT NOT NULL, asked SMALLINT NOT NULL, state VARCHAR NOT NULL,
    definition_id INTEGER NOT NULL
);

CREATE TABLE summary (
    site_id SMALLINT NOT NULL, client_id BIGINT NOT NULL, episode_id BIGINT NOT NULL,
    scale_id INTEGER NOT NULL, about_id BIGINT NOT NULL, informant_id BIGINT NOT NULL,
    n INTEGER NOT NULL, baseline_on DATE NOT NULL, baseline DOUBLE PRECISION NOT NULL,
    baseline_is_late BOOLEAN NOT NULL, latest_on DATE NOT NULL, latest DOUBLE PRECISION NOT NULL
);

CREATE TABLE flag (
    site_id SMALLINT NOT NULL, flag_id BIGINT NOT NULL, client_id BIGINT NOT NULL,
    episode_id BIGINT, kind VARCHAR NOT NULL, cause VARCHAR NOT NULL,
    administration_id BIGINT NOT NULL, raised_at TIMESTAMP NOT NULL,
    state VARCHAR NOT NULL CHECK (state IN ('open', 'historic', 'seen')),
    PRIMARY KEY (site_id, flag_id)
);

CREATE TABLE flag_step (
    site_id SMALLINT NOT NULL, step_id BIGINT NOT NULL, flag_id BIGINT NOT NULL,
    kind VARCHAR NOT NULL, by_person_id BIGINT NOT NULL, done_at TIMESTAMP NOT NULL,
    words VARCHAR NOT NULL,
    PRIMARY KEY (site_id, step_id)
);

CREATE TABLE audit (
    site_id SMALLINT NOT NULL, seq BIGINT NOT NULL, happened_at TIMESTAMP NOT NULL,
    actor_id BIGINT NOT NULL, role VARCHAR NOT NULL, session_ref VARCHAR NOT NULL,
    kind VARCHAR NOT NULL, client_id BIGINT, object_kind VARCHAR, object_id BIGINT,
    detail VARCHAR NOT NULL, previous_hash VARCHAR NOT NULL, hash VARCHAR NOT NULL
);

CREATE TABLE head (
    site_id SMALLINT NOT NULL, name VARCHAR NOT NULL, seq BIGINT NOT NULL, hash VARCHAR NOT NULL,
    PRIMARY KEY (site_id, name)
);

INSERT INTO head (site_id, name, seq, hash) VALUES (1, 'audit', 0, '');
