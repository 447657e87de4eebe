package flow

import (
	"context"
	"time"
)

// Services is what the gateway offers to actions beside their run. A service
// that is nil is not to be had: there is no store, or a flow is being tested.
type Services struct {
	Keys     Keys
	Contacts Contacts
	Starter  Starter
}

// Keys are names that are given to whoever comes first, for a time, on all
// gateways that share a store. A key whose time is over is as good as absent.
// Errors are those of the store, and pass.
type Keys interface {
	// PutKey makes the key for an owner, to live for the given time, unless it
	// is there. It returns whether the call made it, and who holds it now.
	PutKey(ctx context.Context, scope, name, owner string, ttl time.Duration) (made bool, holder string, err error)
	// DropKey gives the owner's key free. It is no error that there is none.
	DropKey(ctx context.Context, scope, name, owner string) error
}

// Contacts are the people that the gateway knows, by e-mail address. Addresses
// are compared without regard to case.
type Contacts interface {
	// Contact returns the contact of an address, and false where there is none.
	Contact(ctx context.Context, email string) (Contact, bool, error)
	// Change changes a contact, which is made where there is none, and starts
	// the flows that wait for the tags that were given.
	Change(ctx context.Context, c ContactChange) (ContactChanged, error)
}

// Contact is one of them.
type Contact struct {
	Email  string         // as it was first given
	Fields map[string]any // JSON-like
	Tags   []string       // sorted
}

// TagSource says who gives a tag.
type TagSource string

// The sources of tags.
const (
	TagManual TagSource = "manual" // a person or an action
	TagSmart  TagSource = "smart"  // the gateway itself: something went out, or a link was followed
	TagLink   TagSource = "link"   // a link that says so
)

// ContactChange is what is to change of a contact.
type ContactChange struct {
	Email  string
	Fields map[string]any // null takes a field away; those not named stay
	Add    []string
	Remove []string
	Source TagSource
	// Cause is the same each time the change is repeated, and different from
	// that of any other: what it starts is started once. See
	// Call.IdempotencyKey.
	Cause string
	// Depth is how many flows have started one another up to the change.
	Depth int
}

// ContactChanged tells what a change did.
type ContactChanged struct {
	Created bool
	Added   []string // tags that the contact did not have
	Removed []string // tags that it had
}

// Starter starts flows.
type Starter interface {
	// Start keeps a run of a flow, which begins in the background, and returns
	// its id. The same cause starts it once.
	Start(ctx context.Context, f *Flow, ev Event, cause string) (id string, err error)
}

// Keys is the gateway's service; nil where it has none.
func (c *Call) Keys() Keys { return c.frame.run.Services.Keys }

// Contacts is the gateway's service; nil where it has none.
func (c *Call) Contacts() Contacts { return c.frame.run.Services.Contacts }

// Starter is the gateway's service; nil where it has none.
func (c *Call) Starter() Starter { return c.frame.run.Services.Starter }

// tagSent gives the contact of the flow the tag of an action that sent something
// out. The run goes on if the tag can't be given: the message has left.
func (c *Call) tagSent(ctx context.Context) {
	contacts, email := c.Contacts(), c.contactEmail()
	if contacts == nil || email == "" {
		return
	}
	depth, err := c.NextDepth()
	if err == nil {
		_, err = contacts.Change(ctx, ContactChange{
			Email: email, Add: []string{"sent:" + c.frame.run.Flow.Name + "/" + c.Step.Name},
			Source: TagSmart, Cause: c.IdempotencyKey() + "/sent", Depth: depth,
		})
	}
	if err != nil {
		c.Log("warn", "the contact did not get the tag of what was sent", map[string]any{"error": AsError(err).Message})
	}
}

// contactEmail returns the address of the run's contact, "" if it has none.
func (c *Call) contactEmail() string {
	run := c.frame.run
	if run.Flow.Parts.Contact == nil {
		return ""
	}
	return run.Flow.Parts.Contact(run.Event)
}
