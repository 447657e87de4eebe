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

-- Addresses to erase from the history. Phases: 0 scans the runs, 1 the keys; 2
-- and 3 scan again those that were recorded late; 4 waits for runs that are not
-- over.
CREATE TABLE hidings (
  contact TEXT    PRIMARY KEY,
  noted   INTEGER NOT NULL,
  phase   INTEGER NOT NULL,
  run     BLOB    NOT NULL, -- phases 0 and 2: runs with lesser ids are left
  scope   TEXT    NOT NULL, -- phases 1 and 3: keys after this one are left
  name    BLOB    NOT NULL
) WITHOUT ROWID;

-- Runs that were not over when they were scanned.
CREATE TABLE hiding_runs (
  contact TEXT    NOT NULL,
  run     INTEGER NOT NULL,
  PRIMARY KEY (contact, run)
) WITHOUT ROWID;
