package store

import (
	"context"
	"strings"
	"time"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/netname"
)

// Contacts stores people by their e-mail address.
type Contacts interface {
	// GetContact returns the contact of an address, or ErrNotFound.
	GetContact(ctx context.Context, email string) (*Contact, error)
	// ChangeContact changes a contact, or makes it if there is none. A change that
	// is not valid is a *ContactError, and no part of it is stored.
	ChangeContact(ctx context.Context, c ContactChange) (ContactChanged, error)
	// ListContacts returns a page of contacts, sorted by ContactKey.
	ListContacts(ctx context.Context, q ContactQuery) (ContactPage, error)
	// DeleteContact deletes the contact of an address, and returns whether there
	// was one. In any case it notes the address, for Erase to erase it from the
	// history. An invalid address is a *ContactError.
	DeleteContact(ctx context.Context, email string) (deleted bool, err error)
	// Erase erases the noted addresses from the history, in a batch that does not
	// delay others for long. Call it until Erased.More is false, and from time to
	// time for runs that were not over.
	Erase(ctx context.Context, q EraseQuery) (Erased, error)
}

// Contact is a person.
type Contact struct {
	Email   string            // as it was first written
	Fields  map[string][]byte // JSON of each value
	Tags    []Tag             // by name
	Created time.Time
	Changed time.Time // of the last change
}

// Tag is a tag of a contact.
type Tag struct {
	Name   string
	Source flow.TagSource // that added it first
	Given  time.Time      // when it was added first
}

// ContactChange is a change of a contact.
type ContactChange struct {
	Email  string
	Fields map[string][]byte // JSON of each value; nil deletes the field
	Add    []string          // an existing tag keeps its source and time
	Remove []string
	Source flow.TagSource
}

// ContactChanged is the result of a change.
type ContactChanged struct {
	Contact *Contact // after the change
	Created bool
	Added   []string // tags that are new
	Removed []string // tags that it had before
}

// ContactQuery asks for a page. A zero field does not limit.
type ContactQuery struct {
	Tag   string // that the contacts have
	Text  string // a part of the address, in either case and either form of its domain
	After string // ContactPage.Next of the page before; "" begins with the first
	Limit int    // clamped to 1 to MaxContacts
}

// MaxContacts is how many contacts a page has at most.
const MaxContacts = 500

// ContactPage is a part of the list of contacts.
type ContactPage struct {
	Contacts []Contact
	// Next is the After of the next page; "" after the last page. A page may have
	// fewer contacts than the limit, even none, and a Next, because one call reads
	// a limited amount.
	Next string
}

// ContactKey returns the form of an address that identifies and sorts contacts,
// byte by byte: in lower case, without surrounding space, with the domain in
// ASCII. Of a text that is no address, only the case changes.
func ContactKey(email string) string {
	email = strings.TrimSpace(email)
	if e, ok := netname.ParseEmail(email); ok {
		return e.Key()
	}
	return netname.Fold(email)
}

// ContactSearch finds a text in the keys of contacts.
type ContactSearch struct{ part string }

// NewContactSearch returns the search for ContactQuery.Text.
func NewContactSearch(text string) ContactSearch { return ContactSearch{ContactKey(text)} }

// EncodedDomain is a part of all keys that Matches may find although they do not
// contain the text: their domain stands for letters of another script.
const EncodedDomain = "xn--"

// Part returns the text that the keys contain, "" for any key.
func (s ContactSearch) Part() string { return s.part }

// Matches reports whether the address of a key contains the text, in either form
// of its domain.
func (s ContactSearch) Matches(key string) bool {
	if strings.Contains(key, s.part) {
		return true
	}
	at := strings.LastIndexByte(key, '@') + 1
	return strings.Contains(key, EncodedDomain) && strings.Contains(key[:at]+netname.Fold(netname.ToUnicode(key[at:])), s.part)
}
