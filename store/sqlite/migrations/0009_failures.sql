-- The key of the cause of a run that failed, see store.FailureKey. Runs that failed
-- before are grouped by what their rows tell.
ALTER TABLE runs ADD COLUMN failure INTEGER NOT NULL DEFAULT 0;
UPDATE runs SET failure = g.n FROM
  (SELECT seq, dense_rank() OVER (ORDER BY action, class, reason) AS n FROM runs WHERE state = 5) g
  WHERE g.seq = runs.seq;
CREATE INDEX runs_failed ON runs (failure, flow, id) WHERE state = 5;
