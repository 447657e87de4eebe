package ops

import (
	"context"
	"errors"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/internal/ulid"
	"github.com/webhook-gateway/gateway/internal/value"
	"github.com/webhook-gateway/gateway/store"
)

// Contacts returns a page of the contacts that match.
func (s *Service) Contacts(ctx context.Context, q store.ContactQuery) (ContactPage, error) {
	return withStore(s, func(v view) (ContactPage, error) {
		if q.Limit == 0 {
			q.Limit = DefaultPage
		}
		if q.Limit < 1 || q.Limit > store.MaxContacts {
			return ContactPage{}, invalid("\"limit\" must be a number from 1 to %d", store.MaxContacts)
		}
		page, err := s.opts.Store.ListContacts(ctx, q)
		if err != nil {
			return ContactPage{}, err
		}
		out := ContactPage{Contacts: make([]Contact, 0, len(page.Contacts)), Next: page.Next}
		for i := range page.Contacts {
			out.Contacts = append(out.Contacts, v.showContact(&page.Contacts[i]))
		}
		return out, nil
	})
}

// Contact returns the contact with an address.
func (s *Service) Contact(ctx context.Context, email string) (Contact, error) {
	return withStore(s, func(v view) (Contact, error) {
		stored, err := s.opts.Store.GetContact(ctx, email)
		if errors.Is(err, store.ErrNotFound) {
			return Contact{}, &Error{Kind: NotFound, Message: "there is no such contact"}
		}
		if err != nil {
			return Contact{}, err
		}
		return v.showContact(stored), nil
	})
}

// ChangeContact changes a contact, or creates it, and starts the flows that wait
// for the tags that it adds.
func (s *Service) ChangeContact(ctx context.Context, email string, c ContactChange) (_ ContactChanged, err error) {
	defer s.audit(ctx, "contact.change", shortenEmail(email), &err)
	return withStore(s, func(v view) (ContactChanged, error) {
		if err := checkEmail(email); err != nil {
			return ContactChanged{}, err
		}
		change, err := c.decodeFields(email, s.newCause())
		if err != nil {
			return ContactChanged{}, err
		}
		got, err := s.opts.Contacts.ChangeContact(ctx, change)
		if err != nil {
			return ContactChanged{}, err
		}
		return ContactChanged{Contact: v.showContact(got.Contact), New: got.Created, Added: v.redactTags(got.Added), Removed: v.redactTags(got.Removed)}, nil
	})
}

// checkEmail refuses an address that no contact can have. The message leaves out
// the address.
func checkEmail(email string) error {
	if store.CheckEmail(email) != nil {
		return invalid("the address of the contact is no e-mail address; write one such as \"jane@example.com\"")
	}
	return nil
}

// newCause returns the cause that runs record which a change by an operator
// starts.
func (s *Service) newCause() string { return "api/" + ulid.New(s.opts.Clock.Now()) }

// decodeFields returns the change with decoded field values.
func (c *ContactChange) decodeFields(email, cause string) (flow.ContactChange, error) {
	out := flow.ContactChange{Email: email, Add: c.Add, Remove: c.Remove, Source: flow.TagManual, Cause: cause}
	if len(c.Fields) > 0 {
		out.Fields = make(map[string]any, len(c.Fields))
	}
	for name, text := range c.Fields {
		v, err := value.Decode(text, value.Limits{Depth: maxDepth})
		if err != nil {
			return out, invalid("the field %q: %v", name, err)
		}
		out.Fields[name] = v
	}
	return out, nil
}

// DeleteContact deletes a contact and removes its address from the history, as
// far as the time of one call allows.
func (s *Service) DeleteContact(ctx context.Context, email string) (_ ContactDeleted, err error) {
	defer s.audit(ctx, "contact.delete", shortenEmail(email), &err)
	return withStore(s, func(view) (ContactDeleted, error) {
		if err := checkEmail(email); err != nil {
			return ContactDeleted{}, err
		}
		deleted, err := s.opts.Store.DeleteContact(ctx, email)
		if err != nil {
			return ContactDeleted{}, err
		}
		erased, err := s.eraseContact(ctx, email)
		if err != nil {
			return ContactDeleted{}, err
		}
		return ContactDeleted{
			Deleted: deleted, Runs: erased.Runs, Keys: erased.Keys, Unread: erased.Unread, Open: erased.Open, More: erased.More,
		}, nil
	})
}

func (s *Service) eraseContact(ctx context.Context, email string) (store.Erased, error) {
	ctx, cancel := clock.WithTimeout(ctx, s.opts.Clock, bulkTime)
	defer cancel()
	total := store.Erased{More: true}
	for total.More && ctx.Err() == nil {
		got, err := s.opts.Contacts.EraseContact(ctx, email)
		if err != nil && ctx.Err() == nil {
			return total, err
		}
		if err != nil {
			break
		}
		total.Add(got)
	}
	return total, nil
}
