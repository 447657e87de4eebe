package triggers

import (
	"context"
	"fmt"
	"maps"
	"time"
	"unicode"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/netname"
	"github.com/webhook-gateway/gateway/triggers/input"
)

// tagRoot is the name under which a flow reads the tag that started it.
const tagRoot = "tag"

// tagTrigger starts a run if a contact gets a tag.
type tagTrigger struct {
	contactCodec
	queue

	tag      string
	throttle time.Duration
}

// defaultThrottle is the time in which a contact starts a flow only once.
const defaultThrottle = 6 * time.Hour

// Describe declares the block.
func (t *tagTrigger) Describe(s *schema.Spec) {
	t.mainRoot, t.otherRoot, t.throttle = contactRoot, tagRoot, defaultThrottle
	s.Doc = "Starts a run if a contact gets a tag: from action `tag`, `gateway contacts`, the API, a link, or the gateway itself. The gateway adds `sent:FLOW/ACTION` when it has sent an e-mail or a webhook to the contact of a flow, and `clicked:FLOW` when the contact has followed a link.\n\n" +
		"A tag that the contact already has starts a run again. A run within the time of `throttle` is recorded as `throttled` and not executed. The flow reads `contact.email`, `contact.fields.NAME` (null if the contact has no such field), `contact.tags` and `tag.name`."
	schema.Attr(s, &t.tag, "tag", "The name of the tag.", schema.Required())
	schema.Attr(s, &t.throttle, "throttle", "The time in which a contact starts the flow only once. `0s` starts it each time.")
	t.describeConcurrency(s, "")
	s.Check(t.checkSettings)
	s.Example(schema.Example{
		Title: "Welcome a buyer, at most once a day",
		HCL:   "trigger \"tag\" {\n  tag      = \"bought-a-lamp\"\n  throttle = \"1d\"\n}",
	})
}

func (t *tagTrigger) checkSettings(_ *schema.Context, d *schema.Decoded) hcl.Diagnostics {
	var diags hcl.Diagnostics
	if flaw := tagNameFlaw(t.tag); flaw != "" {
		diags = append(diags, d.Problem("tag", "Wrong tag", flaw))
	}
	if t.throttle < 0 || t.throttle > 366*24*time.Hour {
		diags = append(diags, d.Problem("throttle", "Wrong value", "A throttle is between 0s and 366 days."))
	}
	return diags
}

// maxTagLength is the maximum length of a tag in characters.
const maxTagLength = 200

// tagNameFlaw returns the reason why a text cannot be a tag, or "".
func tagNameFlaw(name string) string {
	runes := []rune(name)
	switch {
	case len(runes) == 0:
		return "A tag needs a name."
	case len(runes) > maxTagLength:
		return fmt.Sprintf("A tag may have at most %d characters.", maxTagLength)
	case unicode.IsSpace(runes[0]) || unicode.IsSpace(runes[len(runes)-1]):
		return "A tag can't begin or end with a space."
	}
	for _, r := range runes {
		if unicode.IsControl(r) {
			return "A tag can't hold control characters."
		}
	}
	return ""
}

// Roots returns the names contact and tag.
func (t *tagTrigger) Roots() map[string]cty.Type {
	return map[string]cty.Type{
		contactRoot: contactType(),
		tagRoot:     cty.Object(map[string]cty.Type{"name": cty.String, "source": cty.String}),
	}
}

// Parts returns the parts for the tag and for calls of other flows.
func (t *tagTrigger) Parts(string) flow.Parts {
	return flow.Parts{
		Tag:   &flow.TagPart{Tag: t.tag, Throttle: t.throttle, Event: t.newTagEvent},
		Call:  &flow.CallPart{Inputs: emailInput, Check: checkKnownContact, Event: t.newCallEvent},
		Codec: anyCodec{t}, Queue: t.limits(), Contact: contactEmail,
	}
}

// newTagEvent returns the event of a contact that got the tag.
func (t *tagTrigger) newTagEvent(c flow.Contact, g flow.TagGiven) flow.Event {
	return &valueEvent{mainRoot: contactRoot, cause: g.Cause, depth: g.Depth, fromFailure: g.FromFailure, roots: map[string]any{
		contactRoot: newContactValue(c), tagRoot: map[string]any{"name": g.Tag, "source": string(g.Source)},
	}}
}

// checkKnownContact returns the faults of an input that are certain before a call.
func checkKnownContact(given cty.Value) []flow.Fault {
	return input.CheckKnownMembers([]*input.Variable{input.ForContact()}, given)
}

// newCallEvent returns the event of a call for the contact with an address.
func (t *tagTrigger) newCallEvent(ctx context.Context, c *flow.Call, given any) (flow.Event, error) {
	depth, err := c.NextDepth()
	if err != nil {
		return nil, err
	}
	members, _ := plainValue(given).(map[string]any)
	email, ok := members["email"].(string)
	if !ok || !netname.IsEmail(email) {
		return nil, invalidInput(`"email" must be the address of a contact`)
	}
	for name := range maps.Keys(members) {
		if name != "email" {
			return nil, invalidInput(`it may only have the member "email"`)
		}
	}
	contact, err := findContact(ctx, c.Contacts(), email)
	if err != nil {
		return nil, err
	}
	return t.newTagEvent(contact, flow.TagGiven{Tag: t.tag, Source: flow.TagManual, Cause: c.IdempotencyKey(), Depth: depth, FromFailure: c.FromFailure()}), nil
}

// emailInput is the input of a call that gives a contact.
func emailInput() []flow.Input { return []flow.Input{{Name: "email", Required: true}} }
