package triggers

import (
	"context"

	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/value"
)

// contactRoot is the name under which a flow reads its contact.
const contactRoot = "contact"

func contactType() cty.Type {
	return cty.Object(map[string]cty.Type{
		"email": cty.String, "fields": cty.Map(cty.DynamicPseudoType), "tags": cty.List(cty.String),
	})
}

// contact is what a flow reads of a contact. It never changes.
type contact map[string]any

// Get returns the address, the fields or the tags.
func (c contact) Get(name string) (any, bool) {
	v, ok := c[name]
	if of, plain := v.(map[string]any); plain && name == "fields" {
		return fields(of), true
	}
	return v, ok
}

// Map returns all of it.
func (c contact) Map() map[string]any { return c }

// fields are those of a contact. One that is not there is null: contacts differ.
type fields map[string]any

// Get returns a field, null where there is none.
func (f fields) Get(name string) (any, bool) { return f[name], true }

// Map returns all fields.
func (f fields) Map() map[string]any { return f }

var (
	_ value.Object = contact{}
	_ value.Object = fields{}
)

// contactValue is what a flow reads of a contact.
func contactValue(c flow.Contact) contact {
	tags := make([]any, len(c.Tags))
	for i, t := range c.Tags {
		tags[i] = t
	}
	of := c.Fields
	if of == nil {
		of = map[string]any{}
	}
	return contact{"email": c.Email, "fields": of, "tags": tags}
}

// withContact makes the contact of an event that was kept what it was.
func withContact(ev flow.Event) flow.Event {
	if e, ok := ev.(*told); ok {
		if c, ok := e.roots[contactRoot].(map[string]any); ok {
			e.roots[contactRoot] = contact(c)
		}
	}
	return ev
}

// contactKeeper keeps events with a contact.
type contactKeeper struct{ keeper }

// Decode brings an event back.
func (k contactKeeper) Decode(kept flow.StoredEvent, limits flow.Limits) (flow.Event, error) {
	ev, err := k.keeper.Decode(kept, limits)
	return withContact(ev), err
}

// knownContact is the contact of an address, with nothing but the address where
// it is not known.
func knownContact(ctx context.Context, contacts flow.Contacts, email string) (flow.Contact, error) {
	if contacts == nil {
		return flow.Contact{Email: email}, nil
	}
	c, known, err := contacts.Contact(ctx, email)
	if err != nil || !known {
		return flow.Contact{Email: email}, err
	}
	return c, nil
}

// contactEmail returns the address of the contact of an event.
func contactEmail(ev flow.Event) string {
	c, _ := ev.Value(contactRoot).(contact)
	email, _ := c["email"].(string)
	return email
}
