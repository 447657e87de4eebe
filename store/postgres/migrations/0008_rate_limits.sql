-- Buckets of requests, by the hash of flow and key. A crash of the server empties
-- the table. It has no index of "filled", so that updates change no index.
CREATE UNLOGGED TABLE rate_limits (
  key_hash bytea   PRIMARY KEY,
  filled   bigint  NOT NULL, -- when the bucket is full again, in nanoseconds since 1970
  taken    boolean NOT NULL  -- the last request was let pass
) WITH (fillfactor = 50);
