-- Keys and indexes that DuckDB does without: there an index costs many times the data.

ALTER TABLE administration ADD PRIMARY KEY (site_id, administration_id, version);
CREATE UNIQUE INDEX administration_natural_key ON administration
    (site_id, client_id, instrument_id, about_id, informant_id, answered_on, occasion)
    WHERE replaced_at IS NULL;
CREATE INDEX administration_by_client ON administration (site_id, client_id, answered_on);
ALTER TABLE score ADD PRIMARY KEY (site_id, administration_id, scale_id);
CREATE INDEX score_by_client ON score (site_id, client_id, scale_id, answered_on);
ALTER TABLE summary ADD PRIMARY KEY
    (site_id, episode_id, scale_id, about_id, informant_id);
ALTER TABLE audit ADD PRIMARY KEY (site_id, seq);
CREATE UNIQUE INDEX person_sign_in ON person (site_id, sign_in);
CREATE UNIQUE INDEX client_code ON client (site_id, code);
