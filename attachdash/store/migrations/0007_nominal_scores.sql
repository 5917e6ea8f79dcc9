-- Whether the day is nominal stands with each score too, so that a client's history is read from
-- one table. NULL: it came before this step, and is not.
ALTER TABLE score ADD COLUMN is_nominal BOOLEAN;
UPDATE score SET is_nominal = TRUE
FROM administration
WHERE administration.site_id = score.site_id
    AND administration.administration_id = score.administration_id
    AND administration.replaced_at IS NULL AND administration.is_nominal;
