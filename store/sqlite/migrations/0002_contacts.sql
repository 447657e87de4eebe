-- Contacts, by store.ContactKey of their addresses. Times are milliseconds
-- since 1970.
CREATE TABLE contacts (
  contact TEXT    PRIMARY KEY,
  email   TEXT    NOT NULL, -- as it was first given
  created INTEGER NOT NULL,
  changed INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE contact_fields (
  contact TEXT NOT NULL,
  name    TEXT NOT NULL,
  value   BLOB NOT NULL, -- JSON
  PRIMARY KEY (contact, name)
) WITHOUT ROWID;

CREATE TABLE contact_tags (
  contact TEXT    NOT NULL,
  tag     TEXT    NOT NULL,
  source  TEXT    NOT NULL,
  given   INTEGER NOT NULL,
  PRIMARY KEY (contact, tag)
) WITHOUT ROWID;
CREATE INDEX contact_tags_tag ON contact_tags (tag, contact);

-- Addresses that are to be taken out of the history. Phases: 0 goes through
-- the runs, 1 through the keys; 2 and 3 do so once more with what was recorded
-- late; 4 waits for runs that are not over.
CREATE TABLE hidings (
  contact TEXT    PRIMARY KEY,
  noted   INTEGER NOT NULL,
  phase   INTEGER NOT NULL,
  run     BLOB    NOT NULL, -- phases 0 and 2: only runs with lesser ids are left
  scope   TEXT    NOT NULL, -- phases 1 and 3: only keys behind this one are left
  name    BLOB    NOT NULL
) WITHOUT ROWID;

-- Runs that were not over when they were to be gone through.
CREATE TABLE hiding_runs (
  contact TEXT    NOT NULL,
  run     INTEGER NOT NULL,
  PRIMARY KEY (contact, run)
) WITHOUT ROWID;
