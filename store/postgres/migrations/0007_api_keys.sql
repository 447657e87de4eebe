-- Keys that let callers in, by their SHA-256 hash.
CREATE TABLE api_keys (
  hash    bytea PRIMARY KEY,
  name    text COLLATE "C" NOT NULL,
  hint    text NOT NULL, -- the beginning of the key
  flows   text[] NOT NULL, -- empty for all
  created timestamptz NOT NULL,
  expires timestamptz,   -- null for never
  used    timestamptz
);

-- Grows with each change of the keys. A transaction that changes keys locks the row
-- first.
CREATE TABLE api_keys_version (one int PRIMARY KEY, version bigint NOT NULL);
INSERT INTO api_keys_version (one, version) VALUES (1, 1);
