-- Flows that operators have paused. Times are milliseconds since 1970.
CREATE TABLE pauses (
  flow  TEXT    PRIMARY KEY,
  who   TEXT    NOT NULL,
  since INTEGER NOT NULL
) WITHOUT ROWID;

-- What operators did.
CREATE TABLE audit (
  number  INTEGER PRIMARY KEY AUTOINCREMENT,
  at      INTEGER NOT NULL,
  who     TEXT    NOT NULL,
  address TEXT    NOT NULL,
  action  TEXT    NOT NULL,
  target  TEXT    NOT NULL,
  result  TEXT    NOT NULL
);
