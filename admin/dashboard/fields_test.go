package dashboard_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/webhook-gateway/gateway/admin/ops"
	"github.com/webhook-gateway/gateway/internal/testutil/admintest"
	"github.com/webhook-gateway/gateway/store"
)

// TestFieldsKeepHiddenCharacters: pages show characters that nobody can see, and
// forms send them as they are, so that a form changes what its page names.
func TestFieldsKeepHiddenCharacters(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	const tag = "v\u200bip\u202e"
	addContact(s, "ada@example.com", ops.ContactChange{Add: []string{tag}})
	page := s.get("/contacts/ada@example.com", 200)
	wantText(t, page, "v⟨U+200B⟩ip⟨U+202E⟩")
	wantNone(t, page, tag)
	wantNone(t, s.post("/contacts/ada@example.com/tags", form(t, page, "/contacts/ada@example.com/tags")), "⟨U+200B⟩")
	c, err := s.Service.Contact(t.Context(), "ada@example.com")
	if err != nil || len(c.Tags) != 0 {
		t.Errorf("the tag was not removed: %+v %v", c.Tags, err)
	}

	s.Fail("x", "no \u200broute")
	s.Fail("x", "no route")
	page = s.get("/bulk?do=retry&state=failed&text="+url.QueryEscape("no \u200broute"), 200)
	wantText(t, page, "1 run will be queued again", "no ⟨U+200B⟩route")
	wantText(t, s.post("/bulk", form(t, page, "/bulk")), "1 run queued again.")
}

// sent returns the fields of the form that tries a flow as a browser sends them: in
// a textarea a line break ends with CR and LF.
func sent(t *testing.T, page string) url.Values {
	t.Helper()
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	out := url.Values{}
	for n := range root.Descendants() {
		attr := map[string]string{}
		for _, a := range n.Attr {
			attr[a.Key] = a.Val
		}
		switch {
		case n.Data == "input" && attr["type"] != "radio" && attr["type"] != "search":
			out.Set(attr["name"], attr["value"])
		case n.Data == "textarea":
			text := ""
			if n.FirstChild != nil {
				text = n.FirstChild.Data
			}
			out.Set(attr["name"], strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\n", "\r\n"))
		}
	}
	return out
}

// TestTryAgainSendsTheStoredBody: the form sends the body that the stored request
// had, or says that it can't.
func TestTryAgainSendsTheStoredBody(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		body  string
		exact bool
	}{
		"lines":             {"a\nb\n", true},
		"lines of Windows":  {"a\r\nb\r\n", true},
		"first line empty":  {"\na", true},
		"first line is CR":  {"\r\na", true},
		"hidden characters": {"a\u200b\u202e\x1b</textarea><b>&amp;", true},
		"both line ends":    {"a\nb\r\nc", false},
		"old line ends":     {"a\rb", false},
		"NUL":               {"a\x00b", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := withPages(admintest.New(t, "flow \"y\" {\n  trigger \"webhook\" {\n    path = \"/y\"\n    content_types = [\"text\"]\n  }\n}\n"))
			event := []byte(`{"method":"POST","url":"/y","headers":{"Content-Type":["text/plain"]}}`)
			first := s.Record(&store.Entry{Flow: "y", State: store.Succeeded, Status: 200, Payload: store.Payload{Event: event, Body: []byte(c.body)}})
			page := s.get("/flows/y/try?from="+first, 200)
			const inexact = "The body here is not the same"
			if got := !strings.Contains(textOf(page), inexact); got != c.exact {
				t.Fatalf("the form is exact: %v, want %v: %s", got, c.exact, textOf(page))
			}
			if !c.exact {
				return
			}
			fields := sent(t, page)
			fields.Set("method", "POST")
			w := s.call(http.MethodPost, "/flows/y/try", fields)
			if got := bodyOf(t, s, w); got != c.body {
				t.Errorf("the body %q became %q", c.body, got)
			}
		})
	}
}

// TestTryAgainNamesHiddenValues: a stored request without its secrets is not the one
// that came.
func TestTryAgainNamesHiddenValues(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	const hidden = "The history hides values of this request"
	for body, want := range map[string]bool{`{"token":"` + admintest.Secret + `"}`: true, `{"token":"none"}`: false} {
		id := s.Record(&store.Entry{Flow: "y", State: store.Succeeded, Payload: store.Payload{Event: []byte(`{"method":"POST","url":"/y"}`), Body: []byte(body)}})
		if page := s.get("/flows/y/try?from="+id, 200); strings.Contains(page, hidden) != want {
			t.Errorf("%s: %s", body, textOf(page))
		}
	}
}

// bodyOf returns the body of the request that a form sent.
func bodyOf(t *testing.T, s *site, w *httptest.ResponseRecorder) string {
	t.Helper()
	to, err := url.Parse(w.Header().Get("Location"))
	if err != nil || w.Code != http.StatusSeeOther {
		t.Fatalf("%d %v: %s", w.Code, err, textOf(w.Body.String()))
	}
	run, err := s.Service.Run(t.Context(), to.Query().Get("from"))
	if err != nil {
		t.Fatal(err)
	}
	var text string
	if err := json.Unmarshal(run.Request.Body, &text); err != nil {
		t.Fatalf("%s: %v", run.Request.Body, err)
	}
	return text
}
