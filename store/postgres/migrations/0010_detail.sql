-- What the gateway adds to a cause, see store.Cause.
ALTER TABLE runs ADD COLUMN detail text;
ALTER TABLE steps ADD COLUMN detail text;
