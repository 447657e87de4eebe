-- Files of ACME: account, certificates and challenges, sealed.
CREATE TABLE certificate_files (
  name     text COLLATE "C" PRIMARY KEY,
  sealed   bytea NOT NULL,
  modified timestamptz NOT NULL
);
CREATE SEQUENCE certificate_lock_tokens;
CREATE TABLE certificate_locks (
  name    text COLLATE "C" PRIMARY KEY,
  token   bigint NOT NULL,
  expires timestamptz NOT NULL
);
