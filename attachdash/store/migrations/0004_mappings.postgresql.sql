-- Two people who save under one new name at once: one of them tries again and finds the other's.
CREATE UNIQUE INDEX mapping_live_name ON mapping (site_id, lower(name)) WHERE replaced_at IS NULL;
