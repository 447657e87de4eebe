-- Attempts of a run before an operator retried it.
ALTER TABLE runs ADD COLUMN retried INTEGER NOT NULL DEFAULT 0;
