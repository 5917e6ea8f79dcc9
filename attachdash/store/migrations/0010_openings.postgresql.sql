CREATE INDEX audit_of_openings ON audit (site_id, client_id, happened_at)
    WHERE kind = 'opened record';
