-- What was decided about a flag, in somebody's own words, and when to look again.
ALTER TABLE flag_step ADD COLUMN said VARCHAR;
ALTER TABLE flag_step ADD COLUMN review_on DATE;

-- Days on which somebody isn't there: what waits for them goes on to others.
CREATE TABLE absence (
    site_id SMALLINT NOT NULL, person_id BIGINT NOT NULL, from_on DATE NOT NULL, to_on DATE
);
