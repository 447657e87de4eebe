package gateway

import (
	"encoding/json"
	"time"

	"github.com/webhook-gateway/gateway/gateway/snapshot"
	"github.com/webhook-gateway/gateway/store"
)

// ContactPage is a part of the list of contacts, by address.
type ContactPage struct {
	Contacts []ContactBody `json:"contacts"`
	Next     string        `json:"next" about:"What to give as after for the next page; empty where there is none. A page may have fewer contacts than asked for, and a next page."`
}

// ContactBody is a contact.
type ContactBody struct {
	Email   string                     `json:"email" about:"As it was first given. Addresses are compared without regard to case."`
	Fields  map[string]json.RawMessage `json:"fields" about:"Any JSON values, by name."`
	Tags    []ContactTag               `json:"tags" about:"By name."`
	Created time.Time                  `json:"created_at"`
	Changed time.Time                  `json:"changed_at"`
}

// ContactTag is a tag of a contact.
type ContactTag struct {
	Name   string    `json:"name"`
	Source string    `json:"source" about:"manual, smart or link: who gave it first."`
	Given  time.Time `json:"given_at"`
}

// ContactChangeBody is what is to change of a contact.
type ContactChangeBody struct {
	Fields map[string]json.RawMessage `json:"fields,omitempty" about:"Fields to set, by name. null takes a field away; those not named stay."`
	Add    []string                   `json:"add,omitempty" about:"Tags to give. A tag that the contact has keeps its time."`
	Remove []string                   `json:"remove,omitempty" about:"Tags to take away."`
}

// ContactImportBody is a contact in an import.
type ContactImportBody struct {
	Email string `json:"email"`
	ContactChangeBody
}

// ContactChangedBody is what a change did.
type ContactChangedBody struct {
	ContactBody
	New     bool     `json:"created" about:"There was no such contact before."`
	Added   []string `json:"added" about:"Tags that the contact did not have."`
	Removed []string `json:"removed" about:"Tags that it had."`
}

// ContactsImported is what became of an import.
type ContactsImported struct {
	Changed int            `json:"changed" about:"Contacts that were made or changed, or that could be in a dry run; also those that were as they should be."`
	Created int            `json:"created" about:"How many of them were made; 0 in a dry run."`
	Errors  []ContactFault `json:"errors" about:"Contacts of which nothing was taken."`
}

// ContactFault says why a contact of an import was not taken.
type ContactFault struct {
	Index  int    `json:"index" about:"Its place in the import, from 0."`
	Email  string `json:"email"`
	Detail string `json:"detail"`
}

// ContactDeleted is what a deletion did.
type ContactDeleted struct {
	Deleted bool `json:"deleted" about:"There was such a contact."`
	Runs    int  `json:"runs_hidden" about:"Runs in which the address was replaced by (hidden)."`
	Keys    int  `json:"answers_hidden" about:"Answers that are kept for repeated requests, likewise."`
	Unread  int  `json:"runs_unread" about:"Runs of which something can't be looked into, such as outputs that were sealed with another key."`
	Open    int  `json:"runs_open" about:"Runs of all flows that are not over. They are looked into when they are."`
	More    bool `json:"more" about:"The time for one call was over: the gateway goes on by itself."`
}

// shown is a contact as the API gives it, without secrets.
func shownContact(s *snapshot.Snapshot, c *store.Contact) ContactBody {
	v := view{hide: s.Redactor}
	out := ContactBody{
		Email: c.Email, Fields: make(map[string]json.RawMessage, len(c.Fields)), Tags: make([]ContactTag, 0, len(c.Tags)),
		Created: c.Created.UTC(), Changed: c.Changed.UTC(),
	}
	for name, text := range c.Fields {
		out.Fields[s.Redactor.Text(name)] = v.kept(text)
	}
	for _, t := range c.Tags {
		out.Tags = append(out.Tags, ContactTag{Name: s.Redactor.Text(t.Name), Source: string(t.Source), Given: t.Given.UTC()})
	}
	return out
}
