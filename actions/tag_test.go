package actions

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/flow"
)

// people are contacts in memory, with all that was asked of them.
type people struct {
	mu      sync.Mutex
	tags    []string // that every contact has
	changes []flow.ContactChange
	err     error
}

func (p *people) Contact(context.Context, string) (flow.Contact, bool, error) {
	return flow.Contact{}, false, errors.New("no action reads contacts")
}

func (p *people) Change(_ context.Context, c flow.ContactChange) (flow.ContactChanged, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.changes = append(p.changes, c)
	var out flow.ContactChanged
	for _, t := range c.Add {
		if !slices.Contains(p.tags, t) {
			out.Added = append(out.Added, t)
		}
	}
	for _, t := range c.Remove {
		if slices.Contains(p.tags, t) {
			out.Removed = append(out.Removed, t)
		}
	}
	return out, p.err
}

func TestTag(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	p := &people{tags: []string{"old", "x"}}
	b.services.Contacts = p
	out := b.do("tag", `contact = " ${webhook.body.email}"
add    = [webhook.body.tag, "x", null, 7]
remove = "old"
fields = { n = webhook.body.n, gone = null }`, `{"email": "Jane@Example.com", "tag": "Größe 👍", "n": 12345678901234567890}`)
	if diff := cmp.Diff(map[string]any{"added": []any{"Größe 👍", "7"}, "removed": []any{"old"}}, out); diff != "" {
		t.Error(diff)
	}
	want := []flow.ContactChange{{
		Email: " Jane@Example.com", Add: []string{"Größe 👍", "x", "7"}, Remove: []string{"old"}, Source: flow.TagManual, Cause: "01run/example", Depth: 1,
		Fields: decode(t, `{"n": 12345678901234567890, "gone": null}`).(map[string]any),
	}}
	if diff := cmp.Diff(want, p.changes); diff != "" {
		t.Error(diff)
	}
}

func TestTagOfNothing(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	p := &people{}
	b.services.Contacts = p
	out := b.do("tag", "contact = \"a@b.c\"\nadd = webhook.body.none\nremove = []", `{"none": null}`)
	if diff := cmp.Diff(map[string]any{"added": []any{}, "removed": []any{}}, out); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]flow.ContactChange{{Email: "a@b.c", Source: flow.TagManual, Cause: "01run/example"}}, p.changes, cmpopts.EquateEmpty()); diff != "" {
		t.Error(diff)
	}
}

func TestTagFailures(t *testing.T) {
	t.Parallel()
	down := &flow.Error{Class: flow.Transient, Reason: flow.ReasonConnect, Message: "the store is away"}
	full := &flow.Error{Class: flow.Invalid, Message: "the contact would have 1001 tags; it may have 1000"}
	for _, c := range []struct {
		name, hcl, input string
		err              error
		class            flow.Class
		message          string
	}{
		{"address", "contact = webhook.body.email\nadd = \"x\"", `{"email": "nobody"}`, nil, flow.Invalid, `"nobody" is no e-mail address`},
		{"no address", "contact = webhook.body.email\nadd = \"x\"", `{"email": null}`, nil, flow.Invalid, "empty or null"},
		{"object for an address", "contact = webhook.body.email\nadd = \"x\"", `{"email": {}}`, nil, flow.Invalid, "string"},
		{"secret address", "contact = \"x${webhook.body.email}${secret.shop_token}\"\nadd = \"x\"", `{"email": "nobody"}`, nil, flow.Invalid, "hidden"},
		{"tag", "contact = \"a@b.c\"\nadd = webhook.body.tag", `{"tag": "a\nb"}`, nil, flow.Invalid, "control character"},
		{"no tag", "contact = \"a@b.c\"\nremove = webhook.body.tag", `{"tag": {"a": 1}}`, nil, flow.Invalid, "string or a list of strings"},
		{"list of lists", "contact = \"a@b.c\"\nadd = webhook.body.tag", `{"tag": [["a"]]}`, nil, flow.Invalid, "string or a list of strings"},
		{"fields", "contact = \"a@b.c\"\nfields = webhook.body.fields", `{"fields": [1]}`, nil, flow.Invalid, "object"},
		{"store", "contact = \"a@b.c\"\nadd = \"x\"", `{}`, down, flow.Transient, "the store is away"},
		{"contact is full", "contact = \"a@b.c\"\nadd = \"x\"", `{}`, full, flow.Invalid, "1001 tags"},
		{"secret in what is refused", "contact = \"a@b.c\"\nadd = secret.shop_token", `{}`, full, flow.Invalid, "hidden"},
		{"sensitive and refused", "contact = \"a@b.c\"\nadd = \"x\"\nsensitive = true", `{}`, full, flow.Invalid, "hidden"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			b.services.Contacts = &people{err: c.err}
			err := b.fail("tag", c.hcl, c.input)
			if err.Class != c.class || !strings.Contains(err.Message, c.message) || strings.Contains(err.Message, "t0ken") {
				t.Errorf("%s %q, want %s %q", err.Class, err.Message, c.class, c.message)
			}
		})
	}
}

func TestTagWithoutAStore(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.services.Contacts = nil
	err := b.fail("tag", "contact = \"a@b.c\"\nadd = \"x\"", `{}`)
	if err.Class != flow.Permanent || !strings.Contains(err.Message, "no store") {
		t.Errorf("%s %q", err.Class, err.Message)
	}
}

func TestTagFindings(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, hcl, summary, detail string }{
		{"no contact", `add = "x"`, "Missing attribute", "does not start with a contact"},
		{"nothing to change", `contact = "a@b.c"`, "Nothing to change", `"add", "remove" or "fields"`},
		{"address", "contact = \"nobody\"\nadd = \"x\"", "Wrong address", `"nobody" is no e-mail address`},
		{"tag", "contact = \"a@b.c\"\nadd = [\"a\", \" b\"]", "Wrong tag", "space around it"},
		{"type of a tag", "contact = \"a@b.c\"\nremove = { a = 1 }", "Wrong tag", "string or a list of strings"},
		{"field", "contact = \"a@b.c\"\nfields = { \"\" = 1 }", "Wrong field", "is empty"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, diags := newBench(t).compile(action("tag", c.hcl))
			if len(diags) != 1 || diags[0].Summary != c.summary || !strings.Contains(diags[0].Detail, c.detail) {
				t.Errorf("findings %v, want %s: %s", diags, c.summary, c.detail)
			}
		})
	}
}

// contactTrigger starts flows with a contact.
type contactTrigger struct{}

func (*contactTrigger) Describe(s *schema.Spec) { s.Doc = "Starts a run with a contact." }

func (*contactTrigger) Roots() map[string]cty.Type {
	return map[string]cty.Type{"contact": cty.DynamicPseudoType}
}

type contactEvent struct{ contact any }

func (e contactEvent) Value(root string) any {
	if root != "contact" {
		return nil
	}
	return e.contact
}
func (e contactEvent) Input() any { return e.contact }

func TestTagOfTheContactOfTheFlow(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	scope, _ := b.scope()
	f, diags := flow.Compile(parseBlock(t, "flow \"test\" {\ntrigger \"contact\" {}\n"+action("tag", `add = "x"`)+"\n}\n"), scope, flow.Kinds{
		Actions: All(), Triggers: []flow.TriggerKind{{Name: "contact", New: func() flow.Trigger { return &contactTrigger{} }}},
	})
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	p := &people{}
	b.services.Contacts = p
	res := b.runEvent(t.Context(), f, contactEvent{map[string]any{"email": "ann@example.com"}})
	if res.Err != nil || len(p.changes) != 1 || p.changes[0].Email != "ann@example.com" {
		t.Errorf("%v, %+v", res.Err, p.changes)
	}
	res = b.runEvent(t.Context(), f, contactEvent{nil})
	if res.Err == nil || res.Err.Class != flow.Invalid || !strings.Contains(res.Err.Message, "did not start with a contact") {
		t.Errorf("%v", res.Err)
	}
}
