-- A row of runs is a queue entry and a record of the history. Its rowid is its
-- position in the queue; the public id contains the time of the request. State 0
-- is "queued" but blocked by another run with the same order key; the other
-- states are the numbers of store.State. Times are milliseconds since 1970, those
-- of steps microseconds.
CREATE TABLE runs (
  seq        INTEGER PRIMARY KEY,
  id         BLOB    NOT NULL,
  flow       TEXT    NOT NULL,
  state      INTEGER NOT NULL,
  fence      INTEGER NOT NULL DEFAULT 0,
  attempt    INTEGER NOT NULL DEFAULT 1,
  status     INTEGER NOT NULL DEFAULT 0,
  size       INTEGER NOT NULL DEFAULT 0, -- of the body as received
  cut        INTEGER NOT NULL DEFAULT 0, -- 1: the body was cut
  started    INTEGER,
  finished   INTEGER,
  due        INTEGER,                    -- of a waiting run
  okey       BLOB,
  lost       INTEGER NOT NULL DEFAULT 0, -- how often, without a completed step in between
  lost_steps INTEGER NOT NULL DEFAULT 0, -- number of steps at the last loss
  reason     TEXT,
  class      TEXT,
  action     TEXT,
  position   TEXT,
  message    TEXT
);
CREATE UNIQUE INDEX runs_id ON runs (id);
CREATE INDEX runs_flow ON runs (flow, id);
-- For the queue, and for runs that are not over when the program starts.
CREATE INDEX runs_open ON runs (flow, state) WHERE state <= 3;
CREATE INDEX runs_due ON runs (due) WHERE state = 2;
CREATE INDEX runs_order ON runs (flow, okey, state) WHERE okey IS NOT NULL AND state <= 3;
-- For lists of runs that did not succeed.
CREATE INDEX runs_state ON runs (state, id, flow) WHERE state > 4;
CREATE INDEX runs_big ON runs (size) WHERE size > 1024 AND cut = 0;

-- Parts of a run that lists do not need.
CREATE TABLE payloads (
  run       INTEGER PRIMARY KEY,
  event     BLOB,
  body      BLOB,
  variables BLOB,
  response  BLOB,
  output    BLOB
);

CREATE TABLE steps (
  run      INTEGER NOT NULL,
  path     BLOB    NOT NULL,
  kind     TEXT    NOT NULL,
  state    TEXT    NOT NULL,
  attempts INTEGER NOT NULL,
  began    INTEGER NOT NULL,
  took     INTEGER NOT NULL,
  input    BLOB,
  output   BLOB,
  size     INTEGER NOT NULL,           -- of the larger of input and output
  cut_from INTEGER NOT NULL DEFAULT 0, -- size of both before they were cut
  reason   TEXT,
  class    TEXT,
  action   TEXT,
  position TEXT,
  message  TEXT,
  PRIMARY KEY (run, path)
) WITHOUT ROWID;
CREATE INDEX steps_big ON steps (size) WHERE size > 1024 AND cut_from = 0;

CREATE TABLE keys (
  scope   TEXT    NOT NULL,
  name    BLOB    NOT NULL,
  run     TEXT    NOT NULL,
  value   BLOB,
  expires INTEGER NOT NULL,
  PRIMARY KEY (scope, name)
) WITHOUT ROWID;
CREATE INDEX keys_expires ON keys (expires);

-- Counts of runs that are over, by the minute, hour and day (span 60, 3600 and
-- 86400) in which they ended.
CREATE TABLE stats (
  span  INTEGER NOT NULL,
  at    INTEGER NOT NULL, -- start of the span, in seconds
  flow  TEXT    NOT NULL,
  state INTEGER NOT NULL,
  n     INTEGER NOT NULL,
  took  INTEGER NOT NULL, -- sum, in milliseconds
  PRIMARY KEY (span, at, flow, state)
) WITHOUT ROWID;

-- A row that Ping writes.
CREATE TABLE pings (one INTEGER PRIMARY KEY, at INTEGER NOT NULL, filler BLOB);
