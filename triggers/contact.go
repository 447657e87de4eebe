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

// contact is a contact as expressions read it. It is immutable.
type contact map[string]any

// newContactValue returns a contact as expressions read it.
func newContactValue(c flow.Contact) contact {
	tags := make([]any, len(c.Tags))
	for i, t := range c.Tags {
		tags[i] = t
	}
	fields := c.Fields
	if fields == nil {
		fields = map[string]any{}
	}
	return contact{"email": c.Email, "fields": fields, "tags": tags}
}

// Get returns the address, the fields or the tags.
func (c contact) Get(name string) (any, bool) {
	v, ok := c[name]
	if fields, isMap := v.(map[string]any); isMap && name == "fields" {
		return contactFields(fields), true
	}
	return v, ok
}

// Map returns the whole contact.
func (c contact) Map() map[string]any { return c }

// contactFields are the fields of a contact. A missing field is null, because
// contacts differ in their fields.
type contactFields map[string]any

// Get returns a field, null if it is missing.
func (f contactFields) Get(name string) (any, bool) { return f[name], true }

// Map returns all fields.
func (f contactFields) Map() map[string]any { return f }

var (
	_ value.Object = contact{}
	_ value.Object = contactFields{}
)

// contactCodec stores events with a contact.
type contactCodec struct{ valueCodec }

// Decode returns the event of a stored form.
func (k contactCodec) Decode(stored flow.StoredEvent, _ flow.Limits) (flow.Event, error) {
	e, err := k.decodeValueEvent(stored)
	if err != nil {
		return nil, err
	}
	if c, ok := e.roots[contactRoot].(map[string]any); ok {
		e.roots[contactRoot] = contact(c)
	}
	return e, nil
}

// findContact returns the contact with an address. An unknown contact has only
// the address.
func findContact(ctx context.Context, contacts flow.Contacts, email string) (flow.Contact, error) {
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
