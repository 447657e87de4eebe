package flow

import (
	"context"
	"time"

	"github.com/webhook-gateway/gateway/internal/value"
)

// Tagged is a trigger that a tag starts which a contact is given.
type Tagged interface {
	Callable
	// Tag is the tag's name.
	Tag() string
	// Throttle is how long a contact starts the flow once; 0 for no bound.
	Throttle() time.Duration
	// Given makes the event.
	Given(c Contact, g TagGiven) Event
}

// TagGiven is how a contact got a tag.
type TagGiven struct {
	Tag    string
	Source TagSource
	Cause  string // see ContactChange
	Depth  int    // of the event, see Chained
}

// Beginner is a trigger that does something before the first action of each of
// its runs.
type Beginner interface {
	Trigger
	// Begin does it, again where the run goes on after a crash, and returns the
	// event that the actions read. ok is false where there is nothing to run
	// for; why says so to people.
	Begin(ctx context.Context, r *Run) (ev Event, ok bool, why string, err error)
}

// Unfailing is a trigger whose caller is a person that has to get on, whatever
// becomes of the run.
type Unfailing interface {
	Trigger
	// Anyway is the answer where the run can't be kept.
	Anyway() *Response
}

// begin does what the trigger asks for before the first action. ended is set
// where the run is over with it.
func (r *Run) begin(ctx context.Context) (ended *Outcome, err error) {
	b, ok := r.Flow.Trigger.(Beginner)
	if !ok {
		return nil, nil
	}
	defer recovered(&err)
	ev, goesOn, why, err := b.Begin(ctx, r)
	if err != nil {
		return nil, err
	}
	if !goesOn {
		return &Outcome{State: Succeeded, Message: why}, nil
	}
	r.Event = ev
	return nil, nil
}

// sent gives the contact of the flow the tag that says what went out. What went
// out has gone out: where the tag can't be given, the log says so and the run
// goes on.
func (c *Call) sent(ctx context.Context) {
	contacts := c.Contacts()
	var email string
	if contact, ok := c.Value("contact").(value.Object); ok {
		address, _ := contact.Get("email")
		email, _ = address.(string)
	}
	if contacts == nil || email == "" {
		return
	}
	depth, err := c.Deeper()
	if err == nil {
		_, err = contacts.Change(ctx, ContactChange{
			Email: email, Add: []string{"sent:" + c.frame.run.Flow.Name + "/" + c.Step.Name},
			Source: TagSmart, Cause: c.IdempotencyKey() + "/sent", Depth: depth,
		})
	}
	if err != nil {
		c.Log("warn", "the contact did not get the tag of what was sent", map[string]any{"error": Failure(err).Message})
	}
}
