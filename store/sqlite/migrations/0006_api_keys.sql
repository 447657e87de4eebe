-- Keys that let callers in, by their SHA-256 hash. Times are milliseconds since
-- 1970.
CREATE TABLE api_keys (
  hash    BLOB    PRIMARY KEY,
  name    TEXT    NOT NULL,
  hint    TEXT    NOT NULL, -- the beginning of the key
  flows   TEXT    NOT NULL, -- JSON list; [] for all
  created INTEGER NOT NULL,
  expires INTEGER,          -- null for never
  used    INTEGER
) WITHOUT ROWID;

-- Grows with each change of the keys.
CREATE TABLE api_keys_version (one INTEGER PRIMARY KEY, version INTEGER NOT NULL);
INSERT INTO api_keys_version (one, version) VALUES (1, 1);
