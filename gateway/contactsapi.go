package gateway

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/ulid"
	"github.com/webhook-gateway/gateway/internal/value"
	"github.com/webhook-gateway/gateway/store"
)

// contactsSize is how many bytes a request about contacts may have.
const contactsSize = 64 << 20

// withContacts is withStore for what is about contacts.
func (g *Gateway) withContacts(do func(c *runsCall) (any, error)) http.HandlerFunc {
	return g.withStore(func(c *runsCall) (any, error) {
		out, err := do(c)
		var wrong *store.ContactError
		var failed *flow.Error
		switch {
		case errors.Is(err, store.ErrNotFound):
			return nil, &problemError{flow.Problem{Status: http.StatusNotFound, Title: "Not found", Detail: "There is no such contact."}}
		case errors.As(err, &wrong):
			return nil, wrongQuery{wrong}
		case errors.As(err, &failed) && failed.Class == flow.Invalid:
			return nil, wrongQuery{errors.New(failed.Message)}
		case errors.As(err, &failed) && failed.Err != nil:
			return nil, failed.Err
		}
		return out, err
	})
}

// problemError is an error that says itself what its caller gets.
type problemError struct{ flow.Problem }

func (p *problemError) Error() string { return p.Detail }

func (c *runsCall) email() string { return c.r.PathValue("email") }

func (c *runsCall) listContacts() (any, error) {
	q := store.ContactQuery{Tag: c.query.Get("tag"), Text: c.query.Get("q"), After: c.query.Get("after"), Limit: pageSize}
	if c.query.Has("limit") {
		var err error
		if q.Limit, err = strconv.Atoi(c.query.Get("limit")); err != nil || q.Limit < 1 || q.Limit > store.MaxContacts {
			return nil, wrongQuery{fmt.Errorf("limit must be a number from 1 to %d", store.MaxContacts)}
		}
	}
	page, err := c.store.ListContacts(c.r.Context(), q)
	if err != nil {
		return nil, err
	}
	out := ContactPage{Contacts: make([]ContactBody, 0, len(page.Contacts)), Next: page.Next}
	for i := range page.Contacts {
		out.Contacts = append(out.Contacts, shownContact(c.snap, &page.Contacts[i]))
	}
	return out, nil
}

func (c *runsCall) showContact() (any, error) {
	kept, err := c.store.GetContact(c.r.Context(), c.email())
	if err != nil {
		return nil, err
	}
	return shownContact(c.snap, kept), nil
}

func (c *runsCall) changeContact() (any, error) {
	var body ContactChangeBody
	if err := c.read(&body); err != nil {
		return nil, err
	}
	change, err := body.change(c.email(), "api/"+ulid.New(time.Now()))
	if err != nil {
		return nil, err
	}
	got, err := c.g.durable.services.ChangeContact(c.r.Context(), change)
	if err != nil {
		return nil, err
	}
	return ContactChangedBody{
		ContactBody: shownContact(c.snap, got.Contact), New: got.Created, Added: append([]string{}, got.Added...), Removed: append([]string{}, got.Removed...),
	}, nil
}

// change reads the values of a body.
func (b *ContactChangeBody) change(email, cause string) (flow.ContactChange, error) {
	out := flow.ContactChange{Email: email, Add: b.Add, Remove: b.Remove, Source: flow.TagManual, Cause: cause}
	if len(b.Fields) > 0 {
		out.Fields = make(map[string]any, len(b.Fields))
	}
	for name, text := range b.Fields {
		v, err := value.Decode(text, value.Limits{Depth: shownDepth})
		if err != nil {
			return out, wrongQuery{fmt.Errorf("the field %q: %w", name, err)}
		}
		out.Fields[name] = v
	}
	return out, nil
}

// read reads the request's body, in which only known members may be.
func (c *runsCall) read(into any) error {
	body := io.LimitReader(c.r.Body, contactsSize+1)
	text, err := io.ReadAll(body)
	switch {
	case err != nil:
		return wrongQuery{fmt.Errorf("the body can't be read: %w", err)}
	case len(text) > contactsSize:
		return wrongQuery{fmt.Errorf("the body has more than %d bytes; send less at once", contactsSize)}
	}
	if _, err := value.Decode(text, value.Limits{Depth: value.MaxDepth}); err != nil {
		return wrongQuery{fmt.Errorf("the body is no JSON: %w", err)}
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return wrongQuery{fmt.Errorf("the body is not what it should be: %w", err)}
	}
	return nil
}

// deleteContact deletes a contact and takes its address out of the history, as
// far as there is time for that in one call.
func (c *runsCall) deleteContact() (any, error) {
	ctx := c.r.Context()
	deleted, err := c.store.DeleteContact(ctx, c.email())
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, changeTime)
	defer cancel()
	var done store.Erased
	for done.More = true; done.More && ctx.Err() == nil; {
		got, err := c.g.durable.eraser.Erase(ctx, c.email())
		if err != nil {
			if ctx.Err() == nil {
				return nil, err
			}
			break
		}
		done.Add(got)
	}
	return ContactDeleted{Deleted: deleted, Runs: done.Runs, Keys: done.Keys, Unread: done.Unread, Open: done.Open, More: done.More}, nil
}
