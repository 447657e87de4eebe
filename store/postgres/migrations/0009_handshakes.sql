-- Secrets that senders chose in their handshakes with flows, sealed.
CREATE TABLE handshakes (
  flow    text COLLATE "C" NOT NULL,
  sender  text COLLATE "C" NOT NULL,
  sealed  bytea NOT NULL,
  created timestamptz NOT NULL,
  PRIMARY KEY (flow, sender)
);
