package triggers

import (
	"context"
	"maps"
	"time"
	"unicode"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/netname"
)

// tagRoot is the name under which a flow reads the tag that started it.
const tagRoot = "tag"

// tagged starts a run where a contact is given a tag.
type tagged struct {
	contactKeeper
	queue

	tag      string
	throttle time.Duration
}

// defaultThrottle is how long a contact starts a flow once.
const defaultThrottle = 6 * time.Hour

// Describe declares the block.
func (t *tagged) Describe(s *schema.Spec) {
	t.main, t.also, t.throttle = contactRoot, tagRoot, defaultThrottle
	s.Doc = "Starts a run where a contact is given a tag: by action `tag`, `gateway contacts`, the API, a link, or the gateway itself. It gives `sent:FLOW/ACTION` when an e-mail or a webhook went out to the contact of a flow, and `clicked:FLOW` when a link was followed.\n\n" +
		"Giving the tag again counts as well. What falls into the throttle's window is recorded as `throttled` and does not run. The flow reads `contact.email`, `contact.fields.NAME` (null where the contact has no such field), `contact.tags` and `tag.name`."
	schema.Attr(s, &t.tag, "tag", "The tag's name.", schema.Required())
	schema.Attr(s, &t.throttle, "throttle", "A contact starts the flow once in this time; `0s` lets it each time.")
	t.describeConcurrency(s, "")
	s.Check(t.check)
	s.Example(schema.Example{
		Title: "Welcome those who bought, once a day at most",
		HCL:   "trigger \"tag\" {\n  tag      = \"bought-a-lamp\"\n  throttle = \"1d\"\n}",
	})
}

func (t *tagged) check(_ *schema.Context, d *schema.Decoded) hcl.Diagnostics {
	var diags hcl.Diagnostics
	if why := wrongTag(t.tag); why != "" {
		diags = append(diags, d.Problem("tag", "Wrong tag", why))
	}
	if t.throttle < 0 || t.throttle > 366*24*time.Hour {
		diags = append(diags, d.Problem("throttle", "Wrong value", "A throttle is from 0s to 366 days."))
	}
	return diags
}

// longestTag is how many characters a tag has at most.
const longestTag = 200

// wrongTag says why a text can't be a tag; "" where it can.
func wrongTag(name string) string {
	runes := []rune(name)
	switch {
	case len(runes) == 0:
		return "A tag has a name."
	case len(runes) > longestTag:
		return "A tag has 200 characters at most."
	case unicode.IsSpace(runes[0]) || unicode.IsSpace(runes[len(runes)-1]):
		return "A tag has no space at its begin or end."
	}
	for _, r := range runes {
		if unicode.IsControl(r) {
			return "A tag has no control characters."
		}
	}
	return ""
}

// Roots gives the names contact and tag.
func (t *tagged) Roots() map[string]cty.Type {
	return map[string]cty.Type{
		contactRoot: contactType(),
		tagRoot:     cty.Object(map[string]cty.Type{"name": cty.String, "source": cty.String}),
	}
}

// Parts starts runs by the tag and by calls of other flows.
func (t *tagged) Parts(string) flow.Parts {
	return flow.Parts{
		Tag:   &flow.TagPart{Tag: t.tag, Throttle: t.throttle, Event: t.eventOf},
		Call:  &flow.CallPart{Inputs: []flow.Input{{Name: "email", Required: true}}, Event: t.eventOfCall},
		Codec: t, Queue: t.limits(), Contact: contactEmail,
	}
}

// eventOf makes the event of a contact that got the tag.
func (t *tagged) eventOf(c flow.Contact, g flow.TagGiven) flow.Event {
	return &told{main: contactRoot, cause: g.Cause, depth: g.Depth, roots: map[string]any{
		contactRoot: contactValue(c), tagRoot: map[string]any{"name": g.Tag, "source": string(g.Source)},
	}}
}

// eventOfCall makes the event of a call, for the contact of an address.
func (t *tagged) eventOfCall(ctx context.Context, c *flow.Call, input any) (flow.Event, error) {
	depth, err := c.NextDepth()
	if err != nil {
		return nil, err
	}
	members, _ := plainValue(input).(map[string]any)
	email, ok := members["email"].(string)
	if !ok || !netname.IsEmail(email) {
		return nil, wrongInput(`"email" must be the address of a contact`)
	}
	for name := range maps.Keys(members) {
		if name != "email" {
			return nil, wrongInput(`it has "email" and nothing else`)
		}
	}
	contact, err := knownContact(ctx, c.Contacts(), email)
	if err != nil {
		return nil, err
	}
	return t.eventOf(contact, flow.TagGiven{Tag: t.tag, Source: flow.TagManual, Cause: c.IdempotencyKey(), Depth: depth}), nil
}
