-- For lists of runs with a reason, which few have.
CREATE INDEX runs_reason ON runs (reason, id) WHERE reason IS NOT NULL;
