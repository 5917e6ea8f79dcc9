-- Whom answers are about or from, when it is not the client. The id comes from the same numbers as
-- a client's own: about_id and informant_id hold either.
CREATE TABLE relation (
    site_id SMALLINT NOT NULL, relation_id BIGINT NOT NULL, client_id BIGINT NOT NULL,
    kind VARCHAR NOT NULL CHECK (kind IN ('mother', 'father', 'parent', 'carer', 'partner',
        'friend', 'sibling', 'child', 'teacher', 'therapist', 'other')),
    label VARCHAR NOT NULL, other_client_id BIGINT, person_id BIGINT, from_on DATE, to_on DATE,
    deceased BOOLEAN NOT NULL,
    PRIMARY KEY (site_id, relation_id)
);

-- An import may make a relation too. A CHECK can't be changed in DuckDB: the table is made anew.
CREATE TABLE batch_made_held AS SELECT * FROM batch_made;
DROP TABLE batch_made;
CREATE TABLE batch_made (
    site_id SMALLINT NOT NULL, batch_id BIGINT NOT NULL,
    kind VARCHAR NOT NULL CHECK (kind IN ('client', 'episode', 'relation')),
    object_id BIGINT NOT NULL,
    PRIMARY KEY (site_id, kind, object_id)
);
INSERT INTO batch_made (site_id, batch_id, kind, object_id)
SELECT site_id, batch_id, kind, object_id FROM batch_made_held;
DROP TABLE batch_made_held;
