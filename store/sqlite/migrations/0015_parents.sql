-- The run that started a run, by its id.
ALTER TABLE runs ADD COLUMN parent BLOB;
CREATE INDEX runs_parent ON runs (parent, id) WHERE parent IS NOT NULL;
