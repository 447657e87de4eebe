-- Contacts, by store.ContactKey of their addresses. Whoever changes one has
-- locked its row in contacts before.
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

-- Addresses that are to be taken out of the history. Phases: 0 goes through
-- the runs, 1 through the keys; 2 and 3 do so once more with what was recorded
-- late; 4 waits for runs that are not over.
CREATE TABLE hidings (
  contact text COLLATE "C" PRIMARY KEY,
  noted   timestamptz NOT NULL,
  phase   int   NOT NULL,
  run     uuid  NOT NULL,                 -- phases 0 and 2: only runs with lesser ids are left
  scope   text COLLATE "C" NOT NULL,      -- phases 1 and 3: only keys behind this one are left
  name    bytea NOT NULL
);

-- Runs that were not over when they were to be gone through.
CREATE TABLE hiding_runs (
  contact text COLLATE "C" NOT NULL,
  run     uuid NOT NULL,
  PRIMARY KEY (contact, run)
);
