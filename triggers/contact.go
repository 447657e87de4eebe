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

// fields are those of a contact. One that is not there is null: contacts differ.
type fields map[string]any

// Get returns a field, null where there is none.
func (f fields) Get(name string) (any, bool) { return f[name], true }

// Map returns all fields.
func (f fields) Map() map[string]any { return f }

var _ value.Object = fields{}

// contactValue is what a flow reads of a contact.
func contactValue(c flow.Contact) map[string]any {
	tags := make([]any, len(c.Tags))
	for i, t := range c.Tags {
		tags[i] = t
	}
	return map[string]any{"email": c.Email, "fields": fields(c.Fields), "tags": tags}
}

// withFields makes the fields of a contact that was kept what they were.
func withFields(ev flow.Event) flow.Event {
	e, ok := ev.(*told)
	if !ok {
		return ev
	}
	if contact, ok := e.roots[contactRoot].(map[string]any); ok {
		of, _ := contact["fields"].(map[string]any)
		contact["fields"] = fields(of)
	}
	return e
}

// contactKeeper keeps events with a contact.
type contactKeeper struct{ keeper }

// Decode brings an event back.
func (k contactKeeper) Decode(kept flow.Kept, limits flow.Limits) (flow.Event, error) {
	ev, err := k.keeper.Decode(kept, limits)
	return withFields(ev), err
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
