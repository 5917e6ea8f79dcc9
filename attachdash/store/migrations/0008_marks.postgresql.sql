CREATE UNIQUE INDEX mark_live ON mark (site_id, mark_id) WHERE replaced_at IS NULL;
CREATE INDEX mark_by_client ON mark (site_id, client_id);
