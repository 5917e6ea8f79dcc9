CREATE INDEX hold_by_client ON hold (site_id, client_id);
-- With which entry answers came in: it has their moment.
CREATE INDEX audit_by_moment ON audit (happened_at, site_id);
