-- How many rows of answers, scores and flags there are, as of the last audit entry, sealed with it.
-- NULL: the next entry counts them. A step must leave their number as it is, or set this to NULL.
ALTER TABLE head ADD COLUMN counts VARCHAR;
