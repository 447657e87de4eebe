package services

import (
	"context"
	"errors"
	"fmt"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/value"
	"github.com/webhook-gateway/gateway/store"
)

// contacts offers the contacts of the store to actions.
type contacts struct{ *starter }

// Contact returns the contact of an address.
func (c contacts) Contact(ctx context.Context, email string) (flow.Contact, bool, error) {
	stored, err := c.services.Store.GetContact(ctx, email)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return flow.Contact{}, false, nil
	case err != nil:
		return flow.Contact{}, false, c.services.storeError(err)
	}
	out, err := decodeContact(stored)
	return out, err == nil, err
}

// Change changes a contact, see Services.ChangeContact.
func (c contacts) Change(ctx context.Context, change flow.ContactChange) (flow.ContactChanged, error) {
	change.Run = c.run.ID
	got, err := c.services.ChangeContact(ctx, change)
	if err != nil {
		return flow.ContactChanged{}, err
	}
	return flow.ContactChanged{Created: got.Created, Added: got.Added, Removed: got.Removed}, nil
}

// ChangeContact changes a contact, and starts the flows that are triggered by
// the tags it adds. A tag that the contact already had counts as added, so that
// a repeated change starts the flows that its first attempt did not. A change
// that is not possible is a *flow.Error of class Invalid.
func (s *Services) ChangeContact(ctx context.Context, change flow.ContactChange) (store.ContactChanged, error) {
	fields, err := encodeFields(change.Fields)
	if err != nil {
		return store.ContactChanged{}, err
	}
	got, err := s.Store.ChangeContact(ctx, store.ContactChange{
		Email: change.Email, Fields: fields, Add: change.Add, Remove: change.Remove, Source: change.Source,
	})
	var wrong *store.ContactError
	switch {
	case errors.As(err, &wrong):
		return got, &flow.Error{Class: flow.Invalid, Message: wrong.Message, Err: err}
	case err != nil:
		return got, s.storeError(err)
	}
	return got, s.startForTags(ctx, got.Contact, change)
}

// startForTags starts the flows of each tag that a change adds.
func (s *Services) startForTags(ctx context.Context, stored *store.Contact, change flow.ContactChange) error {
	if len(change.Add) == 0 {
		return nil
	}
	contact, err := decodeContact(stored)
	if err != nil {
		return err
	}
	seen := map[string]bool{}
	var failed error
	for _, tag := range change.Add {
		if seen[tag] {
			continue
		}
		seen[tag] = true
		if err := s.startTagged(ctx, contact, tag, change); err != nil && failed == nil {
			failed = err
		}
	}
	return failed
}

func decodeContact(c *store.Contact) (flow.Contact, error) {
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

// encodeFields encodes field values as JSON. A null becomes nil, which removes
// the field.
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
