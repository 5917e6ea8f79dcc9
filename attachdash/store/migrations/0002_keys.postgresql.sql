-- Two spans that begin the same day are worth the longer one: the other goes, and no right or
-- stretch of care changes by a day. A span that ended the day it began never held; those may be
-- there more than once.

DELETE FROM person_role AS less USING person_role AS more
WHERE less.site_id = more.site_id AND less.person_id = more.person_id AND less.role = more.role
    AND less.from_on = more.from_on AND (less.to_on IS NULL OR less.to_on > less.from_on)
    AND (COALESCE(less.to_on, 'infinity'), less.ctid) < (COALESCE(more.to_on, 'infinity'), more.ctid);
DELETE FROM treats AS less USING treats AS more
WHERE less.site_id = more.site_id AND less.therapist_id = more.therapist_id
    AND less.client_id = more.client_id
    AND less.from_on = more.from_on AND (less.to_on IS NULL OR less.to_on > less.from_on)
    AND (COALESCE(less.to_on, 'infinity'), less.ctid) < (COALESCE(more.to_on, 'infinity'), more.ctid);
DELETE FROM supervises AS less USING supervises AS more
WHERE less.site_id = more.site_id AND less.supervisor_id = more.supervisor_id
    AND less.therapist_id = more.therapist_id
    AND less.from_on = more.from_on AND (less.to_on IS NULL OR less.to_on > less.from_on)
    AND (COALESCE(less.to_on, 'infinity'), less.ctid) < (COALESCE(more.to_on, 'infinity'), more.ctid);
DELETE FROM episode_span AS less USING episode_span AS more
WHERE less.site_id = more.site_id AND less.episode_id = more.episode_id
    AND less.from_on = more.from_on AND (less.to_on IS NULL OR less.to_on > less.from_on)
    AND (COALESCE(less.to_on, 'infinity'), less.ctid) < (COALESCE(more.to_on, 'infinity'), more.ctid);

CREATE UNIQUE INDEX person_role_key ON person_role (site_id, person_id, role, from_on)
    WHERE to_on IS NULL OR to_on > from_on;
CREATE UNIQUE INDEX treats_key ON treats (site_id, therapist_id, client_id, from_on)
    WHERE to_on IS NULL OR to_on > from_on;
CREATE UNIQUE INDEX supervises_key ON supervises (site_id, supervisor_id, therapist_id, from_on)
    WHERE to_on IS NULL OR to_on > from_on;
CREATE UNIQUE INDEX episode_span_key ON episode_span (site_id, episode_id, from_on)
    WHERE to_on IS NULL OR to_on > from_on;

CREATE INDEX audit_by_session ON audit (site_id, session_ref, client_id);
CREATE INDEX web_session_by_browser ON web_session (site_id, browser_hash);
CREATE INDEX treats_by_client ON treats (site_id, client_id);
CREATE INDEX episode_by_client ON episode (site_id, client_id);
CREATE INDEX flag_by_client ON flag (site_id, client_id);

ALTER TABLE score ADD CONSTRAINT score_state_known
    CHECK (state IN ('complete', 'prorated', 'incomplete', 'given'));
ALTER TABLE administration ADD CONSTRAINT administration_channel_known
    CHECK (channel IN ('form', 'file', 'demo'));
ALTER TABLE flag ADD CONSTRAINT flag_kind_known
    CHECK (kind IN ('suicide_answer', 'suicide_blank', 'harm_to_others_answer',
        'harm_to_others_blank', 'ask_answer', 'ask_blank'));
ALTER TABLE flag_step ADD CONSTRAINT flag_step_kind_known
    CHECK (kind IN ('raised', 'historic evidence', 'new evidence', 'seen'));
ALTER TABLE web_session ADD CONSTRAINT web_session_role_known
    CHECK (role IN ('therapist', 'supervisor', 'client', 'administrator'));
