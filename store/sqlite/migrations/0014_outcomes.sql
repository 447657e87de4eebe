-- Outcomes of runs that succeeded, of which nothing else is stored: many of one flow
-- in a row, see package outcomes. Times are milliseconds since 1970.
CREATE TABLE outcomes (
  number INTEGER PRIMARY KEY,
  flow   TEXT    NOT NULL,
  first  BLOB    NOT NULL, -- the least id
  last   BLOB    NOT NULL, -- the greatest id
  n      INTEGER NOT NULL,
  ended  INTEGER NOT NULL, -- when the last of them ended
  data   BLOB    NOT NULL
);
CREATE INDEX outcomes_last ON outcomes (last, first, ended);
CREATE INDEX outcomes_flow ON outcomes (flow, last, first);
