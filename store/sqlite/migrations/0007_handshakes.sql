-- Secrets that senders chose in their handshakes with flows, sealed. Times are
-- milliseconds since 1970.
CREATE TABLE handshakes (
  flow    TEXT    NOT NULL,
  sender  TEXT    NOT NULL,
  sealed  BLOB    NOT NULL,
  created INTEGER NOT NULL,
  PRIMARY KEY (flow, sender)
) WITHOUT ROWID;
