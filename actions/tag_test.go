package actions_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/actions"
	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/testutil/actiontest"
	"github.com/webhook-gateway/gateway/internal/testutil/valuetest"
)

func TestTag(t *testing.T) {
	t.Parallel()
	b := actiontest.New(t)
	p := &actiontest.Contacts{Tags: []string{"old", "x"}}
	b.Services.Contacts = p
	out := b.MustSucceed("tag", `contact = " ${webhook.body.email}"
add    = [webhook.body.tag, "x", null, 7]
remove = "old"
fields = { n = webhook.body.n, gone = null }`, `{"email": "Jane@Example.com", "tag": "Größe 👍", "n": 12345678901234567890}`)
	if diff := cmp.Diff(map[string]any{"added": []any{"Größe 👍", "7"}, "removed": []any{"old"}}, out); diff != "" {
		t.Error(diff)
	}
	want := []flow.ContactChange{{
		Email: " Jane@Example.com", Add: []string{"Größe 👍", "x", "7"}, Remove: []string{"old"}, Source: flow.TagManual, Cause: "01run/example", Depth: 1,
		Fields: valuetest.DecodeJSON(t, `{"n": 12345678901234567890, "gone": null}`).(map[string]any),
	}}
	if diff := cmp.Diff(want, p.Changes); diff != "" {
		t.Error(diff)
	}
}

func TestTagOfNothing(t *testing.T) {
	t.Parallel()
	b := actiontest.New(t)
	p := &actiontest.Contacts{}
	b.Services.Contacts = p
	out := b.MustSucceed("tag", "contact = \"a@b.c\"\nadd = webhook.body.none\nremove = []", `{"none": null}`)
	if diff := cmp.Diff(map[string]any{"added": []any{}, "removed": []any{}}, out); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]flow.ContactChange{{Email: "a@b.c", Source: flow.TagManual, Cause: "01run/example"}}, p.Changes, cmpopts.EquateEmpty()); diff != "" {
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
		{"address", "contact = webhook.body.email\nadd = \"x\"", `{"email": "nobody"}`, nil, flow.Invalid, `"nobody" is not an e-mail address`},
		{"no address", "contact = webhook.body.email\nadd = \"x\"", `{"email": null}`, nil, flow.Invalid, "empty or null"},
		{"object for an address", "contact = webhook.body.email\nadd = \"x\"", `{"email": {}}`, nil, flow.Invalid, "string"},
		{"tag", "contact = \"a@b.c\"\nadd = webhook.body.tag", `{"tag": "a\nb"}`, nil, flow.Invalid, "control character"},
		{"no tag", "contact = \"a@b.c\"\nremove = webhook.body.tag", `{"tag": {"a": 1}}`, nil, flow.Invalid, "string or a list of strings"},
		{"list of lists", "contact = \"a@b.c\"\nadd = webhook.body.tag", `{"tag": [["a"]]}`, nil, flow.Invalid, "string or a list of strings"},
		{"fields", "contact = \"a@b.c\"\nfields = webhook.body.fields", `{"fields": [1]}`, nil, flow.Invalid, "object"},
		{"store", "contact = \"a@b.c\"\nadd = \"x\"", `{}`, down, flow.Transient, "the store is away"},
		{"contact is full", "contact = \"a@b.c\"\nadd = \"x\"", `{}`, full, flow.Invalid, "1001 tags"},
		{"sensitive and refused", "contact = \"a@b.c\"\nadd = \"x\"\nsensitive = true", `{}`, full, flow.Invalid, "hidden"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := actiontest.New(t)
			b.Services.Contacts = &actiontest.Contacts{Err: c.err}
			err := b.MustFail("tag", c.hcl, c.input)
			if err.Class != c.class || !strings.Contains(err.Message, c.message) || strings.Contains(err.Message, "t0ken") {
				t.Errorf("%s %q, want %s %q", err.Class, err.Message, c.class, c.message)
			}
		})
	}
}

func TestTagWithoutAStore(t *testing.T) {
	t.Parallel()
	b := actiontest.New(t)
	b.Services.Contacts = nil
	err := b.MustFail("tag", "contact = \"a@b.c\"\nadd = \"x\"", `{}`)
	if err.Class != flow.Permanent || !strings.Contains(err.Message, "no store") {
		t.Errorf("%s %q", err.Class, err.Message)
	}
}

func TestTagFindings(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, hcl, summary, detail string }{
		{"no contact", `add = "x"`, "Missing attribute", "does not start with a contact"},
		{"nothing to change", `contact = "a@b.c"`, "Nothing to change", `"add", "remove" or "fields"`},
		{"address", "contact = \"nobody\"\nadd = \"x\"", "Wrong address", `"nobody" is not an e-mail address`},
		{"tag", "contact = \"a@b.c\"\nadd = [\"a\", \" b\"]", "Wrong tag", "space around it"},
		{"type of a tag", "contact = \"a@b.c\"\nremove = { a = 1 }", "Wrong tag", "string or a list of strings"},
		{"field", "contact = \"a@b.c\"\nfields = { \"\" = 1 }", "Wrong field", "is empty"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, diags := actiontest.New(t).Compile(actiontest.Action("tag", c.hcl))
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

func (*contactTrigger) Parts(string) flow.Parts { return flow.Parts{} }

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
	b := actiontest.New(t)
	scope, _ := b.Scope()
	f, diags := flow.Compile(actiontest.ParseBlock(t, "flow \"test\" {\ntrigger \"contact\" {}\n"+actiontest.Action("tag", `add = "x"`)+"\n}\n"), scope, flow.Kinds{
		Actions: actions.All(), Triggers: []flow.TriggerKind{{Name: "contact", New: func() flow.Trigger { return &contactTrigger{} }}},
	})
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	p := &actiontest.Contacts{}
	b.Services.Contacts = p
	res := b.RunEvent(t.Context(), f, contactEvent{map[string]any{"email": "ann@example.com"}})
	if res.Err != nil || len(p.Changes) != 1 || p.Changes[0].Email != "ann@example.com" {
		t.Errorf("%v, %+v", res.Err, p.Changes)
	}
	res = b.RunEvent(t.Context(), f, contactEvent{nil})
	if res.Err == nil || res.Err.Class != flow.Invalid || !strings.Contains(res.Err.Message, "did not start with a contact") {
		t.Errorf("%v", res.Err)
	}
}
