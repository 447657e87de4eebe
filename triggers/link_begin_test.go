package triggers

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/clock"
)

// shakyContacts fails a number of times before it answers.
type shakyContacts struct {
	fails   int
	class   flow.Class
	unknown bool
	changes []string
}

func (s *shakyContacts) unavailable() error {
	if s.fails == 0 {
		return nil
	}
	s.fails--
	return &flow.Error{Class: s.class, Message: "the store is away", Err: errors.New("away")}
}

func (s *shakyContacts) Contact(_ context.Context, email string) (flow.Contact, bool, error) {
	if err := s.unavailable(); err != nil {
		return flow.Contact{}, false, err
	}
	return flow.Contact{Email: email, Fields: map[string]any{"name": "Jane"}}, !s.unknown, nil
}

func (s *shakyContacts) Change(_ context.Context, c flow.ContactChange) (flow.ContactChanged, error) {
	if err := s.unavailable(); err != nil {
		return flow.ContactChanged{}, err
	}
	s.changes = append(s.changes, c.Add...)
	return flow.ContactChanged{}, nil
}

// resumedJournal is the journal of a run that continues after an interruption.
type resumedJournal struct{ flow.NoJournal }

func (resumedJournal) Started(string) bool { return true }

func clickedRun(s *shakyContacts) *flow.Run {
	return &flow.Run{
		ID: "01run", Clock: clock.System{}, Journal: flow.NoJournal{}, Services: flow.Services{Contacts: s},
		Event: &valueEvent{mainRoot: contactRoot, roots: map[string]any{contactRoot: newContactValue(flow.Contact{Email: "jane@example.com"})}},
	}
}

// TestBeginWaitsForTheStore: a click is not lost if the store is unavailable for
// a while.
func TestBeginWaitsForTheStore(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &shakyContacts{fails: 4, class: flow.Transient}
		ev, _, err := (&linkEndpoint{link: &link{tag: "looked"}, flow: "offer"}).tagContact(t.Context(), clickedRun(s))
		if err != nil || ev == nil || len(s.changes) != 2 {
			t.Fatalf("%v %v after %v", ev, err, s.changes)
		}
		name, _ := ev.Value(contactRoot).(contact)["fields"].(map[string]any)
		if name["name"] != "Jane" {
			t.Errorf("the flow reads %v", ev.Value(contactRoot))
		}
	})
}

func TestBeginEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := (&linkEndpoint{link: &link{}}).tagContact(ctx, clickedRun(&shakyContacts{fails: 1e6, class: flow.Transient})); err == nil {
		t.Error("it continued without a store")
	}
}

func TestBeginFailsForGood(t *testing.T) {
	t.Parallel()
	s := &shakyContacts{fails: 1, class: flow.Invalid}
	if _, _, err := (&linkEndpoint{link: &link{}}).tagContact(t.Context(), clickedRun(s)); err == nil || s.fails != 0 {
		t.Errorf("%v", err)
	}
}

// TestBeginOfAForgottenContact: a run that continues after an interruption does
// not need its contact.
func TestBeginOfAForgottenContact(t *testing.T) {
	t.Parallel()
	for _, resumed := range []bool{false, true} {
		r := clickedRun(&shakyContacts{unknown: true})
		if resumed {
			r.Journal = resumedJournal{}
		}
		ev, _, err := (&linkEndpoint{link: &link{}}).tagContact(t.Context(), r)
		if ok := ev != nil; ok != resumed || err != nil {
			t.Errorf("resumed %t: continues %t (%v)", resumed, ok, err)
		}
	}
}
