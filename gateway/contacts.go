package gateway

import (
	"context"
	"errors"
	"fmt"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/value"
	"github.com/webhook-gateway/gateway/store"
)

// contacts are the store's, for actions and the admin API.
type contacts struct{ g *Gateway }

// Contact returns the contact of an address.
func (c contacts) Contact(ctx context.Context, email string) (flow.Contact, bool, error) {
	kept, err := c.g.opts.Store.GetContact(ctx, email)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return flow.Contact{}, false, nil
	case err != nil:
		return flow.Contact{}, false, notKeptNow(err)
	}
	out, err := contactOf(kept)
	return out, err == nil, err
}

// Change changes a contact, and starts what waits for the tags that it gives.
// What can't be done is a *flow.Error of class Invalid.
func (c contacts) Change(ctx context.Context, change flow.ContactChange) (flow.ContactChanged, error) {
	got, err := c.change(ctx, change)
	if err != nil {
		return flow.ContactChanged{}, err
	}
	return flow.ContactChanged{Created: got.Created, Added: got.Added, Removed: got.Removed}, nil
}

// change makes a change. A tag that the contact had already counts as given, so
// that a change that is repeated starts what its first attempt did not.
func (c contacts) change(ctx context.Context, change flow.ContactChange) (store.ContactChanged, error) {
	fields, err := encodeFields(change.Fields)
	if err != nil {
		return store.ContactChanged{}, err
	}
	got, err := c.g.opts.Store.ChangeContact(ctx, store.ContactChange{
		Email: change.Email, Fields: fields, Add: change.Add, Remove: change.Remove, Source: change.Source,
	})
	var wrong *store.ContactError
	switch {
	case errors.As(err, &wrong):
		return got, &flow.Error{Class: flow.Invalid, Message: wrong.Message, Err: err}
	case err != nil:
		return got, notKeptNow(err)
	}
	return got, c.tell(ctx, got.Contact, change)
}

// tell has the flows started that wait for the tags that were given, each once.
func (c contacts) tell(ctx context.Context, kept *store.Contact, change flow.ContactChange) error {
	if len(change.Add) == 0 {
		return nil
	}
	now, err := contactOf(kept)
	if err != nil {
		return err
	}
	told := map[string]bool{}
	var failed error
	for _, tag := range change.Add {
		if told[tag] {
			continue
		}
		told[tag] = true
		if err := c.g.tagged(ctx, now, tag, change); err != nil && failed == nil {
			failed = err
		}
	}
	return failed
}

func contactOf(c *store.Contact) (flow.Contact, error) {
	out := flow.Contact{Email: c.Email, Fields: make(map[string]any, len(c.Fields)), Tags: make([]string, 0, len(c.Tags))}
	for name, text := range c.Fields {
		v, err := value.Decode(text, value.Limits{Depth: value.MaxDepth})
		if err != nil {
			return out, fmt.Errorf("reading the field %q of a contact: %w", name, err)
		}
		out.Fields[name] = v
	}
	for _, t := range c.Tags {
		out.Tags = append(out.Tags, t.Name)
	}
	return out, nil
}

// encodeFields writes values as JSON; null is nil, which takes a field away.
func encodeFields(fields map[string]any) (map[string][]byte, error) {
	out := make(map[string][]byte, len(fields))
	for name, v := range fields {
		if v == nil {
			out[name] = nil
			continue
		}
		text, err := value.Append(nil, v)
		if err != nil {
			return nil, &flow.Error{Class: flow.Invalid, Message: fmt.Sprintf("the field %q can't be written as JSON: %v", name, err), Err: err}
		}
		out[name] = text
	}
	return out, nil
}
