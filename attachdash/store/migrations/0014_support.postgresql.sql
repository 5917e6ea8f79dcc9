CREATE INDEX look_answer_by_client ON look_answer (site_id, client_id);
CREATE INDEX agenda_note_by_client ON agenda_note (site_id, client_id);
