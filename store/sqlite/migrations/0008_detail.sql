-- What the gateway adds to a cause, see store.Cause.
ALTER TABLE runs ADD COLUMN detail TEXT;
ALTER TABLE steps ADD COLUMN detail TEXT;
