-- The trace that a run belongs to.
ALTER TABLE payloads ADD COLUMN trace bytea;
