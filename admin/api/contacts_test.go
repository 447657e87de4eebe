package api_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/webhook-gateway/gateway/admin/ops"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/gateway/run"
	"github.com/webhook-gateway/gateway/internal/problem"
	"github.com/webhook-gateway/gateway/internal/redact"
	"github.com/webhook-gateway/gateway/internal/testutil/admintest"
	"github.com/webhook-gateway/gateway/store"
)

func (l *library) patch(email, body string) ops.ContactChanged {
	l.T.Helper()
	return ask[ops.ContactChanged](l, "PATCH", "/api/v1/contacts/"+url.PathEscape(email), 200, body)
}

func emails(p ops.ContactPage) []string {
	out := make([]string, 0, len(p.Contacts))
	for _, c := range p.Contacts {
		out = append(out, c.Email)
	}
	return out
}

func tagsOf(c ops.Contact) []string {
	out := make([]string, 0, len(c.Tags))
	for _, t := range c.Tags {
		out = append(out, t.Name)
	}
	return out
}

func fieldsText(t *testing.T, fields map[string]json.RawMessage) string {
	t.Helper()
	text, err := json.Marshal(fields)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestContactLife(t *testing.T) {
	t.Parallel()
	l := newLibrary(t)
	got := l.patch("Jane@Example.com", `{"fields": {"name": "Jänë", "n": 12345678901234567890, "o": {"a": [1.50, null]}, "gone": null}, "add": ["b", "a"]}`)
	if !got.New || got.Email != "Jane@Example.com" || cmp.Diff([]string{"b", "a"}, got.Added) != "" || cmp.Diff([]string{"a", "b"}, tagsOf(got.Contact)) != "" {
		t.Errorf("%+v", got)
	}
	got = l.patch("jane@example.COM", `{"fields": {"o": null}, "add": ["c", "a"], "remove": ["b", "x"]}`)
	if got.New || cmp.Diff([]string{"c"}, got.Added) != "" || cmp.Diff([]string{"b"}, got.Removed) != "" {
		t.Errorf("%+v", got)
	}
	shown := ask[ops.Contact](l, "GET", "/api/v1/contacts/JANE%40example.com", 200)
	if text := fieldsText(t, shown.Fields); text != `{"n":12345678901234567890,"name":"Jänë"}` || cmp.Diff([]string{"a", "c"}, tagsOf(shown)) != "" || shown.Tags[0].Source != "manual" || shown.Tags[0].Given.IsZero() {
		t.Errorf("%s %+v", text, shown)
	}
	if d := ask[ops.ContactDeleted](l, "DELETE", "/api/v1/contacts/jane@example.com", 200); !d.Deleted || d.More {
		t.Errorf("%+v", d)
	}
	p := ask[problem.Document](l, "GET", "/api/v1/contacts/jane@example.com", 404)
	if p.Detail != "There is no such contact." {
		t.Errorf("%+v", p)
	}
	if d := ask[ops.ContactDeleted](l, "DELETE", "/api/v1/contacts/jane@example.com", 200); d.Deleted {
		t.Errorf("%+v", d)
	}
}

func TestContactAddresses(t *testing.T) {
	t.Parallel()
	l := newLibrary(t)
	for _, email := range []string{"a/b@example.com", "a%2Fb@example.com", "50%@example.com", "a+b@example.com", "o'neill?#@example.com", `"a b"@example.com`} {
		l.patch(email, `{}`)
		if got := ask[ops.Contact](l, "GET", "/api/v1/contacts/"+url.PathEscape(email), 200); got.Email != email {
			t.Errorf("%s became %s", email, got.Email)
		}
	}
}

// TestContactForms checks that all forms of an address name one contact, in paths,
// filters and imports.
func TestContactForms(t *testing.T) {
	t.Parallel()
	l := newLibrary(t)
	forms := []string{"Jürgen@büro.example", "ju\u0308rgen@xn--bro-hoa.example", "JÜRGEN@BU\u0308RO.EXAMPLE"}
	if got := l.patch(forms[0], `{"add": ["a"]}`); !got.New {
		t.Errorf("%+v", got)
	}
	imported := ask[ops.ContactsImported](l, "POST", "/api/v1/contacts", 200, `[{"email": "`+forms[1]+`", "add": ["b"]}, {"email": "jürgen@bü ro.example"}]`)
	if imported.Changed != 1 || imported.Created != 0 || len(imported.Errors) != 1 || imported.Errors[0].Index != 1 {
		t.Errorf("%+v", imported)
	}
	for _, email := range forms {
		_, domain, _ := strings.Cut(email, "@")
		got := ask[ops.Contact](l, "GET", "/api/v1/contacts/"+url.PathEscape(email), 200)
		if got.Email != forms[0] || cmp.Diff([]string{"a", "b"}, tagsOf(got)) != "" {
			t.Errorf("%s: %+v", email, got)
		}
		page := ask[ops.ContactPage](l, "GET", "/api/v1/contacts?q="+url.QueryEscape("@"+domain), 200)
		if cmp.Diff(forms[:1], emails(page)) != "" {
			t.Errorf("%s: %+v", email, page)
		}
	}
	run := l.Queue("x", store.Payload{Body: []byte(`{"to":"j\u00fcrgen@b\u00fcro.example","cc":"` + forms[1] + `"}`)})
	l.End(run, &store.Ending{State: store.Succeeded})
	if d := ask[ops.ContactDeleted](l, "DELETE", "/api/v1/contacts/"+url.PathEscape(forms[2]), 200); !d.Deleted || d.Runs != 1 {
		t.Errorf("%+v", d)
	}
	stored, err := l.Store.Get(t.Context(), run)
	if err != nil || string(stored.Body) != `{"to":"(hidden)","cc":"(hidden)"}` {
		t.Errorf("%s, %v", stored.Body, err)
	}
	if page := ask[ops.ContactPage](l, "GET", "/api/v1/contacts", 200); len(page.Contacts) != 0 {
		t.Errorf("%+v", page)
	}
}

func TestContactRequestsThatAreWrong(t *testing.T) {
	t.Parallel()
	l := newLibrary(t)
	for _, c := range []struct{ name, method, path, body, want string }{
		{"address", "PATCH", "/jane", `{}`, `is no e-mail address`},
		{"address to delete", "DELETE", "/jane", ``, `is no e-mail address`},
		{"no body", "PATCH", "/jane@example.com", ``, "no JSON"},
		{"no object", "PATCH", "/jane@example.com", `[]`, "must be an object"},
		{"member", "PATCH", "/jane@example.com", `{"tags": ["a"]}`, `member "tags"`},
		{"twice", "PATCH", "/jane@example.com", `{"add": [], "add": ["a"]}`, "no JSON"},
		{"tag", "PATCH", "/jane@example.com", `{"add": ["a\nb"]}`, "control character"},
		{"both", "PATCH", "/jane@example.com", `{"add": ["a"], "remove": ["a"]}`, "both added and removed"},
		{"large field", "PATCH", "/jane@example.com", `{"fields": {"a": "` + strings.Repeat("x", 64<<10) + `"}}`, "65536"},
		{"limit", "GET", "?limit=501", ``, "from 1 to 500"},
		{"parameter", "GET", "?text=x", ``, `no parameter "text"`},
		{"import", "POST", "", `{"email": "a@b.c"}`, "must be a list"},
		{"large import", "POST", "", "[" + strings.Repeat(`{"email":"a@b.c"},`, 1000) + `{}]`, "1001 contacts"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			code, body := l.call(c.method, "/api/v1/contacts"+c.path, c.body)
			var p problem.Document
			if err := json.Unmarshal([]byte(body), &p); err != nil || code != 400 || !strings.Contains(p.Detail, c.want) {
				t.Errorf("%d %s, want 400 and %q", code, body, c.want)
			}
		})
	}
}

func TestContactsList(t *testing.T) {
	t.Parallel()
	l := newLibrary(t)
	for _, email := range []string{"c@example.com", "A@example.org", "b@example.com"} {
		l.patch(email, `{"add": ["all", "`+email[:1]+`"]}`)
	}
	for _, c := range []struct {
		query string
		want  []string
		next  string
	}{
		{"", []string{"A@example.org", "b@example.com", "c@example.com"}, ""},
		{"?tag=all&limit=2", []string{"A@example.org", "b@example.com"}, "b@example.com"},
		{"?after=b@example.com", []string{"c@example.com"}, ""},
		{"?q=EXAMPLE.COM", []string{"b@example.com", "c@example.com"}, ""},
		{"?tag=c", []string{"c@example.com"}, ""},
		{"?tag=none", []string{}, ""},
	} {
		got := ask[ops.ContactPage](l, "GET", "/api/v1/contacts"+c.query, 200)
		if diff := cmp.Diff(c.want, emails(got)); diff != "" || got.Next != c.next {
			t.Errorf("%q: next %q, %s", c.query, got.Next, diff)
		}
	}
}

func TestContactsImport(t *testing.T) {
	t.Parallel()
	l := newLibrary(t)
	l.patch("old@example.com", `{"add": ["x"]}`)
	const list = `[
		{"email": "new@example.com", "fields": {"a": 1}, "add": ["x", "y"]},
		{"email": "old@example.com", "remove": ["x"]},
		{"email": "nobody"},
		{"email": "tag@example.com", "add": ["x", ""]},
		{"email": "NEW@example.com", "fields": {"b": 2}}
	]`
	want := []ops.ContactFault{
		{Index: 2, Email: "nobody", Detail: `"nobody" is no e-mail address; write one such as "jane@example.com"`},
		{Index: 3, Email: "tag@example.com", Detail: "a tag is empty; give it a name"},
	}
	got := ask[ops.ContactsImported](l, "POST", "/api/v1/contacts?dry_run=true", 200, list)
	if diff := cmp.Diff(ops.ContactsImported{Changed: 3, Errors: want}, got); diff != "" {
		t.Error(diff)
	}
	if page := ask[ops.ContactPage](l, "GET", "/api/v1/contacts", 200); len(page.Contacts) != 1 {
		t.Errorf("a dry run made %v", emails(page))
	}
	for _, query := range []string{"", "?start_flows=true"} {
		got = ask[ops.ContactsImported](l, "POST", "/api/v1/contacts"+query, 200, list)
		created := 1
		if query != "" {
			created = 0
		}
		if diff := cmp.Diff(ops.ContactsImported{Changed: 3, Created: created, Errors: want}, got); diff != "" {
			t.Error(diff)
		}
	}
	if c := ask[ops.Contact](l, "GET", "/api/v1/contacts/new@example.com", 200); fieldsText(t, c.Fields) != `{"a":1,"b":2}` || len(c.Tags) != 2 {
		t.Errorf("%+v", c)
	}
	if c := ask[ops.Contact](l, "GET", "/api/v1/contacts/old@example.com", 200); len(c.Tags) != 0 {
		t.Errorf("%+v", c)
	}
}

func TestContactsHideSecrets(t *testing.T) {
	t.Parallel()
	l := newLibrary(t)
	secret := admintest.Secret
	got := l.patch("jane@example.com", fmt.Sprintf(`{"fields": {"a": "x %s"}, "add": [%q]}`, secret, "tag "+secret))
	if text := fieldsText(t, got.Fields); text != `{"a":"x (sensitive)"}` || got.Tags[0].Name != "tag (sensitive)" {
		t.Errorf("%s, %v", text, got.Tags)
	}
}

// TestContactDeletionHides goes through all that keeps an address in a form of
// the gateway's own.
func TestContactDeletionHides(t *testing.T) {
	t.Parallel()
	l := newLibrary(t)
	const ann = "ann@example.com"
	over := l.Queue("x", store.Payload{
		Event: []byte(`{"method":"POST","url":"/x?e=ann%40example.com","headers":{"X-User":["Ann@example.com"]}}`), Body: []byte("e=ann%40example.com"),
		Variables: []byte(`{"email":"ann@example.com"}`), Response: run.EncodeResponse(&flow.Response{Status: 200, Header: map[string][]string{"X": {ann}}, Body: []byte("to " + ann)}),
	})
	other := redact.NewSealer([]byte("another key of another gateway"))
	l.End(over, &store.Ending{State: store.Succeeded, Steps: []store.Step{
		{Path: "note", Kind: "log", State: flow.Succeeded, Output: l.Sealer.Seal([]byte(`{"a":"` + ann + `"}`))},
		{Path: "hush", Kind: "log", State: flow.Succeeded, Output: other.Seal([]byte(`{"a":"` + ann + `"}`))},
	}})
	open := l.Queue("x", store.Payload{Body: []byte(ann)})
	l.patch(ann, `{}`)
	d := ask[ops.ContactDeleted](l, "DELETE", "/api/v1/contacts/"+ann, 200)
	if diff := cmp.Diff(ops.ContactDeleted{Deleted: true, Runs: 1, Unread: 1, Open: 1}, d); diff != "" {
		t.Error(diff)
	}
	stored, err := l.Store.Get(t.Context(), over)
	if err != nil {
		t.Fatal(err)
	}
	response, err := run.DecodeResponse(stored.Response)
	if err != nil || string(response.Body) != "to (hidden)" || response.Header["X"][0] != "(hidden)" || response.Status != 200 {
		t.Errorf("%+v, %v", response, err)
	}
	for _, text := range [][]byte{stored.Event, stored.Body, stored.Variables} {
		if !strings.Contains(string(text), "(hidden)") || strings.Contains(strings.ToLower(string(text)), "ann") {
			t.Errorf("%s", text)
		}
	}
	if text, err := l.Sealer.Open(stored.Steps[1].Output); err != nil || string(text) != `{"a":"(hidden)"}` {
		t.Errorf("%s, %v", text, err)
	}
	if text, err := other.Open(stored.Steps[0].Output); err != nil || string(text) != `{"a":"`+ann+`"}` {
		t.Errorf("%s, %v", text, err)
	}
	l.End(open, &store.Ending{State: store.Failed})
	if got, err := l.Gateway.EraseContact(t.Context(), ""); err != nil || got.Runs != 1 || got.Open != 0 {
		t.Errorf("%+v, %v", got, err)
	}
}
