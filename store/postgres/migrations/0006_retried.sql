-- Attempts of a run before an operator retried it.
ALTER TABLE runs ADD COLUMN retried int NOT NULL DEFAULT 0;
