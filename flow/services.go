package flow

import (
	"context"
	"time"

	"github.com/webhook-gateway/gateway/internal/backoff"
)

// Services are the services of the gateway for actions. A service is nil if there
// is no store, or if the flow is under test.
type Services struct {
	Keys     Keys
	Contacts Contacts
	Starter  Starter
	// IsPaused reports whether an operator has paused a flow.
	IsPaused func(flow string) bool
}

// Keys are names that the first owner claims for a time, on all gateways that
// share a store. An expired key counts as absent. Errors are temporary errors of
// the store.
type Keys interface {
	// PutKey claims the key for an owner and the given time, unless it is
	// claimed. It returns whether the call claimed it, and its owner.
	PutKey(ctx context.Context, scope, name, owner string, ttl time.Duration) (made bool, holder string, err error)
	// DropKey releases the owner's key. An absent key is not an error.
	DropKey(ctx context.Context, scope, name, owner string) error
}

// Contacts are the people that the gateway knows, by e-mail address. All forms of an
// address, such as those in upper and lower case, are one contact.
type Contacts interface {
	// Contact returns the contact of an address, and false if there is none.
	Contact(ctx context.Context, email string) (Contact, bool, error)
	// Change creates or changes a contact, and starts the flows of the tags that
	// it adds.
	Change(ctx context.Context, c ContactChange) (ContactChanged, error)
}

// Contact is one person.
type Contact struct {
	Email  string         // as first written
	Fields map[string]any // JSON-like
	Tags   []string       // sorted
}

// TagSource is the origin of a tag.
type TagSource string

// The sources of tags.
const (
	TagManual TagSource = "manual" // a person or an action
	TagSmart  TagSource = "smart"  // the gateway: a message went out, or a link was followed
	TagLink   TagSource = "link"   // the link's own tag
)

// ContactChange is a change to a contact.
type ContactChange struct {
	Email  string
	Fields map[string]any // null removes a field; unnamed fields stay
	Add    []string
	Remove []string
	Source TagSource
	// Cause is the same on each repetition of the change, and different for any
	// other change: a repetition starts no flow again. See Call.IdempotencyKey.
	Cause string
	// Run is the id of the run that changes the contact; "" for none. Contacts sets it.
	Run string
	// Depth and FromFailure are those of the events that the change causes, see
	// Chained.
	Depth       int
	FromFailure bool
}

// ContactChanged is the effect of a change.
type ContactChanged struct {
	Created bool
	Added   []string // tags that the contact did not have
	Removed []string // tags that it had
}

// Starter starts flows.
type Starter interface {
	// Start queues a run of a flow and returns its id. Repetitions with the same
	// cause start it once.
	Start(ctx context.Context, f *Flow, ev Event, cause string) (id string, err error)
}

// Keys returns the gateway's keys; nil if it has none.
func (c *Call) Keys() Keys { return c.frame.run.Services.Keys }

// Contacts returns the gateway's contacts; nil if it has none.
func (c *Call) Contacts() Contacts { return c.frame.run.Services.Contacts }

// Starter returns the service that starts other flows; nil if there is none.
func (c *Call) Starter() Starter { return c.frame.run.Services.Starter }

// tagSent gives the contact of the flow the tag of an action that sent something
// out. The run continues if the tag can't be given: the message has left.
func (c *Call) tagSent(ctx context.Context) {
	contacts, email := c.Contacts(), c.contactEmail()
	if contacts == nil || email == "" {
		return
	}
	depth, err := c.NextDepth()
	if err == nil {
		err = c.giveTag(ctx, contacts, ContactChange{
			Email: email, Add: []string{"sent:" + c.frame.run.Flow.Name + "/" + c.Step.Name},
			Source: TagSmart, Cause: c.IdempotencyKey() + "/sent", Depth: depth, FromFailure: c.FromFailure(),
		})
	}
	if err != nil {
		c.Log("warn", "the contact did not get the tag of the message that was sent", map[string]any{"error": AsError(err).Message})
	}
}

// giveTag changes a contact. A stored run waits while the store is unavailable.
func (c *Call) giveTag(ctx context.Context, contacts Contacts, change ContactChange) error {
	isTemporary := func(err error) bool { return c.frame.run.AwaitsStore && isStoreUnavailable(err) }
	return backoff.Retry(ctx, c.Clock(), isTemporary, func(ctx context.Context) error {
		_, err := contacts.Change(ctx, change)
		return err
	})
}

// contactEmail returns the address of the run's contact, "" if it has none.
func (c *Call) contactEmail() string {
	run := c.frame.run
	if run.Flow.Parts.Contact == nil {
		return ""
	}
	return run.Flow.Parts.Contact(run.Event)
}

// ThrottleScope returns the scope of the keys that throttle an action of a flow.
func ThrottleScope(flow, action string) string { return "throttle:" + flow + "/" + action }
