package ops

import (
	"encoding/json"
	"time"

	"github.com/webhook-gateway/gateway/store"
)

// ContactPage is one page of the list of contacts, sorted by address.
type ContactPage struct {
	Contacts []Contact `json:"contacts"`
	Next     string    `json:"next" doc:"Pass it as after to get the next page. Empty on the last page. A page may hold fewer contacts than asked for and still have a next page."`
}

// Contact is a contact.
type Contact struct {
	Email   string                     `json:"email" doc:"The address as it was first given. Upper and lower case make no difference, nor does a domain in ASCII (xn--) in place of its own letters: all forms of an address are one contact."`
	Fields  map[string]json.RawMessage `json:"fields" doc:"Any JSON values, by name."`
	Tags    []ContactTag               `json:"tags" doc:"Sorted by name."`
	Created time.Time                  `json:"created_at"`
	Changed time.Time                  `json:"changed_at"`
}

// ContactTag is a tag of a contact.
type ContactTag struct {
	Name   string    `json:"name"`
	Source string    `json:"source" doc:"The first source of the tag: manual, smart or link."`
	Given  time.Time `json:"given_at"`
}

// ContactChange is a change of a contact.
type ContactChange struct {
	Fields map[string]json.RawMessage `json:"fields,omitempty" doc:"Fields to set, by name. null removes a field. Other fields stay."`
	Add    []string                   `json:"add,omitempty" doc:"Tags to add. A tag that the contact has already keeps its time."`
	Remove []string                   `json:"remove,omitempty" doc:"Tags to remove."`
}

// ContactImport is a contact in an import.
type ContactImport struct {
	Email string `json:"email,omitempty" doc:"Required; the import reports a contact without it and continues."`
	ContactChange
}

// ContactChanged is the result of a change.
type ContactChanged struct {
	Contact
	New     bool     `json:"created" doc:"The change created the contact."`
	Added   []string `json:"added" doc:"Tags that the contact did not have."`
	Removed []string `json:"removed" doc:"Tags that the contact had."`
}

// ContactsImported is the result of an import.
type ContactsImported struct {
	Changed int            `json:"changed" doc:"Number of contacts that the import created, changed or found unchanged; in a dry run, the number that it would."`
	Created int            `json:"created" doc:"Number of created contacts; 0 in a dry run."`
	Errors  []ContactFault `json:"errors" doc:"Contacts that were not imported."`
}

// ContactFault says why an import skipped a contact.
type ContactFault struct {
	Index  int    `json:"index" doc:"Position in the import, starting at 0."`
	Email  string `json:"email"`
	Detail string `json:"detail"`
}

// ContactDeleted is the result of a deletion.
type ContactDeleted struct {
	Deleted bool `json:"deleted" doc:"The contact existed."`
	Runs    int  `json:"runs_hidden" doc:"Number of runs in which (hidden) replaced the address."`
	Keys    int  `json:"answers_hidden" doc:"Number of responses, stored for repeated requests, in which (hidden) replaced the address."`
	Unread  int  `json:"runs_unread" doc:"Number of runs with data that can't be read, such as outputs that were sealed with another key."`
	Open    int  `json:"runs_open" doc:"Number of open runs of all flows. The gateway searches them when they are over."`
	More    bool `json:"more" doc:"The time of one call was too short. The gateway continues by itself."`
}

func (v view) showContact(c *store.Contact) Contact {
	out := Contact{
		Email: c.Email, Fields: make(map[string]json.RawMessage, len(c.Fields)), Tags: make([]ContactTag, 0, len(c.Tags)),
		Created: c.Created.UTC(), Changed: c.Changed.UTC(),
	}
	for name, text := range c.Fields {
		out.Fields[v.redactText(name)] = v.showStored(text)
	}
	for _, t := range c.Tags {
		out.Tags = append(out.Tags, ContactTag{Name: v.redactText(t.Name), Source: string(t.Source), Given: t.Given.UTC()})
	}
	return out
}

func (v view) redactTags(names []string) []string {
	out := make([]string, 0, len(names))
	for _, name := range names {
		out = append(out, v.redactText(name))
	}
	return out
}
