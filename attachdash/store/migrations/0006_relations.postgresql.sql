CREATE INDEX relation_by_client ON relation (site_id, client_id);
