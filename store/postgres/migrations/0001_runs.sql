-- A row of runs is a queue entry and a record of the history. State 0 is
-- "queued" but blocked by another run with the same order key; the other states
-- are the numbers of store.State. Names that must match byte by byte are bytea.
-- There are no foreign keys: payload and steps are written and deleted with
-- their run.

-- All times of the store are of this clock.
CREATE FUNCTION clock() RETURNS timestamptz LANGUAGE sql STABLE AS 'SELECT now()';

-- The row of a flow is the lock of its queue: a transaction that moves a run into
-- state 0 or 1, or out of it, locks the row first.
CREATE TABLE flows (
  flow   text COLLATE "C" PRIMARY KEY,
  ready  bigint NOT NULL DEFAULT 0, -- runs in state 1
  behind bigint NOT NULL DEFAULT 0  -- runs in state 0
) WITH (fillfactor = 20);

CREATE SEQUENCE runs_seq;

CREATE TABLE runs (
  id       uuid     PRIMARY KEY,
  seq      bigint   NOT NULL DEFAULT nextval('runs_seq'), -- the position in the queue
  fence    bigint   NOT NULL DEFAULT 0,
  bytes    bigint   NOT NULL DEFAULT 0, -- of the run with its payload and steps
  started  timestamptz,
  finished timestamptz,
  due      timestamptz,                 -- of a waiting run
  lease    timestamptz,                 -- of a running run: its end
  stamp    bigint,                      -- of the last batch of workers that changed it
  attempt  int      NOT NULL DEFAULT 1,
  status   int      NOT NULL DEFAULT 0,
  size     int      NOT NULL DEFAULT 0, -- of the body as received
  largest  int      NOT NULL DEFAULT 0, -- of body, inputs and outputs; 0 up to 1024
  lost     int      NOT NULL DEFAULT 0, -- how often, without a completed step in between
  state    smallint NOT NULL,
  cut      boolean  NOT NULL DEFAULT false, -- the body was cut
  flow     text COLLATE "C" NOT NULL,
  okey     bytea,
  owner    text,
  reason   text,
  class    text,
  action   text,
  position text,
  message  text
) WITH (fillfactor = 60); -- space for the versions of a row
CREATE INDEX runs_flow ON runs (flow, id);
CREATE INDEX runs_queue ON runs (flow, state, seq) WHERE state <= 1;
CREATE INDEX runs_due ON runs (flow, due) WHERE state = 2;
CREATE INDEX runs_running ON runs (flow) WHERE state = 3;
CREATE INDEX runs_order ON runs (flow, okey, state, seq) WHERE okey IS NOT NULL AND state <= 3;
-- For lists of runs that did not succeed.
CREATE INDEX runs_state ON runs (state, id) WHERE state > 4;
CREATE INDEX runs_flow_state ON runs (flow, state, id) WHERE state > 4;
-- For runs that a purge may cut.
CREATE INDEX runs_large ON runs (largest) WHERE largest > 1024 AND state IN (4, 7, 8);

-- Parts of a run that lists do not need.
CREATE TABLE payloads (
  run       uuid PRIMARY KEY,
  event     bytea,
  body      bytea,
  variables bytea,
  response  bytea,
  output    bytea
);

CREATE TABLE steps (
  run      uuid        NOT NULL,
  path     bytea       NOT NULL,
  began    timestamptz NOT NULL,
  took     bigint      NOT NULL,           -- in microseconds
  attempts int         NOT NULL,
  cut_from int         NOT NULL DEFAULT 0, -- size of both before they were cut
  kind     text        NOT NULL,
  state    text        NOT NULL,
  input    bytea,
  output   bytea,
  reason   text,
  class    text,
  action   text,
  position text,
  message  text,
  PRIMARY KEY (run, path)
);

CREATE TABLE keys (
  scope   text COLLATE "C" NOT NULL,
  name    bytea NOT NULL,
  run     text  NOT NULL,
  value   bytea,
  expires timestamptz NOT NULL,
  PRIMARY KEY (scope, name)
);
CREATE INDEX keys_expires ON keys (expires);

-- Counts of runs that are over, by the minute (span 60) and hour (span 3600) in
-- which they ended. Each writer has its own shard, so that none waits for
-- another; readers add the shards.
CREATE TABLE stats (
  span  int    NOT NULL,
  at    bigint NOT NULL, -- start of the span, in seconds since 1970
  flow  text COLLATE "C" NOT NULL,
  state smallint NOT NULL,
  shard smallint NOT NULL,
  n     bigint NOT NULL,
  took  bigint NOT NULL, -- sum, in milliseconds
  PRIMARY KEY (span, at, flow, state, shard)
) WITH (fillfactor = 50);

-- The sum of runs.bytes, apart from the size of empty tables, and a column that
-- Ping writes.
CREATE TABLE shards (
  shard smallint PRIMARY KEY,
  bytes bigint NOT NULL DEFAULT 0,
  ping  timestamptz
) WITH (fillfactor = 20);
INSERT INTO shards (shard, bytes) SELECT n, CASE WHEN n = 0 THEN 262144 ELSE 0 END FROM generate_series(0, 63) AS n;

-- The latest time that a gateway has seen. It reveals that the clock was set back.
CREATE TABLE clocks (latest timestamptz NOT NULL) WITH (fillfactor = 20);
INSERT INTO clocks VALUES (clock());

-- The text in which bytes are searched: one letter for each byte, ASCII letters
-- in lower case. NUL, which texts cannot contain, becomes U+0001.
CREATE FUNCTION fold(b bytea) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT lower(convert_from(
    CASE WHEN position('\x00'::bytea IN b) = 0 THEN b
      ELSE decode(replace(replace(encode(b, 'escape'), '\\', '\134'), '\000', '\001'), 'escape')
    END, 'LATIN1') COLLATE "C")
$$;
