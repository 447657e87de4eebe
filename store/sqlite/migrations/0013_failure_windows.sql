-- Failures that wait to be counted for the flows with trigger "failure", and the
-- window of each of these flows, see store.FailureWindows. Times are milliseconds
-- since 1970.
CREATE TABLE watched_failures (
  number  INTEGER PRIMARY KEY,
  watcher TEXT    NOT NULL,
  flow    TEXT    NOT NULL,
  run     BLOB    NOT NULL,
  at      INTEGER NOT NULL,
  failure INTEGER NOT NULL,
  action  TEXT,
  message TEXT    NOT NULL
);
CREATE INDEX watched_failures_watcher ON watched_failures (watcher, number);

CREATE TABLE failure_windows (
  watcher TEXT PRIMARY KEY,
  state   BLOB NOT NULL
) WITHOUT ROWID;

-- Runs whose failure does not count.
ALTER TABLE runs ADD COLUMN from_failure INTEGER NOT NULL DEFAULT 0;
