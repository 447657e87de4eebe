-- Contacts, by store.ContactKey of their addresses. A transaction that changes a
-- contact locks its row in contacts first.
CREATE TABLE contacts (
  contact text COLLATE "C" PRIMARY KEY,
  email   text NOT NULL, -- as it was first given
  created timestamptz NOT NULL,
  changed timestamptz NOT NULL
);

CREATE TABLE contact_fields (
  contact text COLLATE "C" NOT NULL,
  name    text COLLATE "C" NOT NULL,
  value   bytea NOT NULL, -- JSON
  PRIMARY KEY (contact, name)
);

CREATE TABLE contact_tags (
  contact text COLLATE "C" NOT NULL,
  tag     text COLLATE "C" NOT NULL,
  source  text NOT NULL,
  given   timestamptz NOT NULL,
  PRIMARY KEY (contact, tag)
);
CREATE INDEX contact_tags_tag ON contact_tags (tag, contact);

-- Addresses to erase from the history. Phases: 0 scans the runs, 1 the keys; 2
-- and 3 scan again those that were recorded late; 4 waits for runs that are not
-- over.
CREATE TABLE hidings (
  contact text COLLATE "C" PRIMARY KEY,
  noted   timestamptz NOT NULL,
  phase   int   NOT NULL,
  run     uuid  NOT NULL,                 -- phases 0 and 2: runs with lesser ids are left
  scope   text COLLATE "C" NOT NULL,      -- phases 1 and 3: keys after this one are left
  name    bytea NOT NULL
);

-- Runs that were not over when they were scanned.
CREATE TABLE hiding_runs (
  contact text COLLATE "C" NOT NULL,
  run     uuid NOT NULL,
  PRIMARY KEY (contact, run)
);
