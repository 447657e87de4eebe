-- The version of the flow with which a run was accepted, and of that with which a
-- step ran. Null for older runs.
ALTER TABLE runs ADD COLUMN version TEXT;
ALTER TABLE steps ADD COLUMN version TEXT;
