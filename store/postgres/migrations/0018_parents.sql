-- The run that started a run.
ALTER TABLE runs ADD COLUMN parent uuid;
CREATE INDEX runs_parent ON runs (parent, id) WHERE parent IS NOT NULL;
