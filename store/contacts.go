package store

import (
	"context"
	"strings"
	"time"

	"github.com/webhook-gateway/gateway/flow"
)

// Contacts are the people that the gateway knows, by e-mail address.
type Contacts interface {
	// GetContact returns the contact of an address, or ErrNotFound.
	GetContact(ctx context.Context, email string) (*Contact, error)
	// ChangeContact changes a contact, which is made where there is none. A
	// change that can't be made is a *ContactError, and nothing of it is done.
	ChangeContact(ctx context.Context, c ContactChange) (ContactChanged, error)
	// ListContacts returns a page of contacts, by ContactKey.
	ListContacts(ctx context.Context, q ContactQuery) (ContactPage, error)
	// DeleteContact deletes the contact of an address where there is one, which
	// it tells, and notes in any case that Hide is to take the address out of
	// the history. What is no address is a *ContactError.
	DeleteContact(ctx context.Context, email string) (deleted bool, err error)
	// Hide takes addresses that were deleted out of the history, in a batch that
	// does not hold up others for long. Call it until Hidden.More is false, and
	// now and then for runs that were not over.
	Erase(ctx context.Context, q EraseQuery) (Erased, error)
}

// Contact is one of them.
type Contact struct {
	Email   string            // as it was first given
	Fields  map[string][]byte // JSON of each value
	Tags    []Tag             // by name
	Created time.Time
	Changed time.Time // when anything of it changed last
}

// Tag is what a contact was given.
type Tag struct {
	Name   string
	Source flow.TagSource // who gave it first
	Given  time.Time      // when
}

// ContactChange is what is to change of a contact.
type ContactChange struct {
	Email  string
	Fields map[string][]byte // JSON of each value; nil takes the field away
	Add    []string          // a tag that the contact has keeps its source and time
	Remove []string
	Source flow.TagSource
}

// ContactChanged tells what a change did.
type ContactChanged struct {
	Contact *Contact // as it is now
	Created bool
	Added   []string // tags that the contact did not have
	Removed []string // tags that it had
}

// ContactQuery asks for a page. What is zero does not limit.
type ContactQuery struct {
	Tag   string // contacts that have it
	Text  string // a part of the address, in either case
	After string // ContactPage.Next of the page before; "" begins with the first
	Limit int    // 1 to MaxContacts; others are taken as the nearest of them
}

// MaxContacts is how many contacts a page has at most.
const MaxContacts = 500

// ContactPage is a part of the list of contacts.
type ContactPage struct {
	Contacts []Contact
	// Next asks for what comes after; "" where there is nothing more. A page may
	// have fewer contacts than asked for, even none, and a Next: it ends as well
	// when much was read.
	Next string
}

// ContactKey is the form of an address by which contacts are told apart and
// sorted, byte by byte: in lower case, without space around it.
func ContactKey(email string) string { return strings.ToLower(strings.TrimSpace(email)) }
