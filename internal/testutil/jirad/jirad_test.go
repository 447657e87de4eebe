package jirad

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
)

// send sends a request with the right credentials unless one of the headers
// says otherwise, and returns the status and the body.
func send(t *testing.T, s *Server, method, path, body string, headers ...string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, s.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.SetBasicAuth(Email, Token)
	if s.Flavour == DataCenter {
		r.Header.Set("Authorization", "Bearer "+Token)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(text)
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	const issue, fields = "/rest/api/3/issue", `"project": {"key": "SHOP"}, "issuetype": {"name": "Task"}, "summary": "a"`
	cases := []struct {
		name, method, path, body string
		headers                  []string
		status                   int
		words                    string
	}{
		{"nobody", "POST", issue, `{}`, []string{"Authorization", "Basic eDp5"}, 401, "authenticated"},
		{"token as on DataCenter", "POST", issue, `{}`, []string{"Authorization", "Bearer " + Token}, 401, "authenticated"},
		{"type of content", "POST", issue, `{}`, []string{"Content-Type", "text/plain"}, 415, "Content-Type"},
		{"no JSON", "POST", issue, `{`, nil, 400, "JSON"},
		{"other version", "POST", "/rest/api/2/issue", `{}`, nil, 404, "there is no"},
		{"unknown operation", "GET", "/rest/api/3/myself", "", nil, 404, "there is no"},
		{"unknown property", "POST", issue, `{"fields": {}, "x": 1}`, nil, 400, `"x\"`},
		{"nothing", "POST", issue, `{"fields": {}}`, nil, 400, "summary is required"},
		{"line break", "POST", issue, `{"fields": {` + strings.Replace(fields, `"a"`, `"a\nb"`, 1) + `}}`, nil, 400, "newline"},
		{"long summary", "POST", issue, `{"fields": {` + strings.Replace(fields, `"a"`, `"`+strings.Repeat("😀", 128)+`"`, 1) + `}}`, nil, 400, "255"},
		{"label with a space", "POST", issue, `{"fields": {` + fields + `, "labels": ["a b"]}}`, nil, 400, "spaces"},
		{"labels as a text", "POST", issue, `{"fields": {` + fields + `, "labels": "a"}}`, nil, 400, "array"},
		{"number as a text", "POST", issue, `{"fields": {` + fields + `, "customfield_10010": "1"}}`, nil, 400, "number"},
		{"user by name", "POST", issue, `{"fields": {` + fields + `, "assignee": {"name": "jdoe"}}}`, nil, 400, "assignee"},
		{"wiki markup", "POST", issue, `{"fields": {` + fields + `, "description": "h1. a"}}`, nil, 400, "Atlassian Document"},
		{"the search that is gone", "POST", "/rest/api/3/search", `{"jql": "project = SHOP"}`, nil, 410, "search/jql"},
		{"search without a query", "POST", "/rest/api/3/search/jql", `{"jql": "", "maxResults": 1, "fields": ["key"]}`, nil, 400, "JQL"},
		{"open quote", "POST", "/rest/api/3/search/jql", `{"jql": "labels = \"a\\\"", "maxResults": 1, "fields": ["key"]}`, nil, 400, "JQL"},
		{"spaces without quotes", "POST", "/rest/api/3/search/jql", `{"jql": "labels = a b", "maxResults": 1, "fields": ["key"]}`, nil, 400, "AND"},
		{"start as on DataCenter", "POST", "/rest/api/3/search/jql", `{"jql": "labels = a", "maxResults": 1, "fields": ["key"], "startAt": 0}`, nil, 400, "startAt"},
		{"unknown issue", "POST", "/rest/api/3/issue/SHOP-9/comment", `{}`, nil, 404, "does not exist"},
		{"empty comment", "POST", "/rest/api/3/issue/SHOP-1/comment", `{}`, nil, 400, "comment"},
		{"unknown transition", "POST", "/rest/api/3/issue/SHOP-1/transitions", `{"transition": {"id": "41"}}`, nil, 400, "illegal"},
		{"transition by number", "POST", "/rest/api/3/issue/SHOP-1/transitions", `{"transition": {"id": 11}}`, nil, 400, "identifier"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := Start(t, Cloud)
			s.Open("SHOP", "there")
			status, body := send(t, s, c.method, c.path, c.body, c.headers...)
			if status != c.status || !strings.Contains(body, c.words) {
				t.Errorf("%d %s", status, body)
			}
			if n := len(s.Issues()); n != 1 {
				t.Errorf("%d issues", n)
			}
		})
	}
}

func TestFailures(t *testing.T) {
	t.Parallel()
	s := Start(t, DataCenter)
	s.Fail(Failure{Status: 429, RetryAfter: "3"}, Failure{Status: 503, Late: true})
	const body = `{"fields": {"project": {"key": "SHOP"}, "issuetype": {"name": "Task"}, "summary": "a", "description": "h1. a"}}`
	for i, want := range []struct{ status, issues int }{{429, 0}, {503, 1}, {201, 2}} {
		status, text := send(t, s, "POST", "/rest/api/2/issue", body)
		if status != want.status || len(s.Issues()) != want.issues {
			t.Errorf("request %d: %d %s, %d issues", i, status, text, len(s.Issues()))
		}
	}
	status, text := send(t, s, "POST", "/rest/api/2/search", `{"jql": "project = \"SHOP\" AND status = \"To Do\" ORDER BY created DESC", "maxResults": 5, "fields": ["key"]}`)
	if status != 200 || strings.Count(text, `"key"`) != 2 {
		t.Errorf("search: %d %s", status, text)
	}
}

func TestCheckADF(t *testing.T) {
	t.Parallel()
	const p = `{"type": "paragraph", "content": [{"type": "text", "text": "a"}]}`
	cases := []struct{ name, content, fault string }{
		{"empty", ``, ""},
		{"paragraph", p, ""},
		{"empty text", `{"type": "paragraph", "content": [{"type": "text", "text": ""}]}`, "no text"},
		{"text at the top", `{"type": "text", "text": "a"}`, "can't stand there"},
		{"block in a paragraph", `{"type": "paragraph", "content": [` + p + `]}`, "can't stand there"},
		{"unknown node", `{"type": "div"}`, "can't stand there"},
		{"unknown member", `{"type": "rule", "x": 1}`, "unknown member"},
		{"heading without a level", `{"type": "heading"}`, "level"},
		{"level 7", `{"type": "heading", "attrs": {"level": 7}}`, "level"},
		{"level as a text", `{"type": "heading", "attrs": {"level": "1"}}`, "level"},
		{"unknown attribute", `{"type": "paragraph", "attrs": {"align": "center"}}`, "align"},
		{"marks in a block of code", `{"type": "codeBlock", "content": [{"type": "text", "text": "a", "marks": [{"type": "em"}]}]}`, "marks"},
		{"empty list", `{"type": "bulletList"}`, "content"},
		{"item that begins with a list", `{"type": "bulletList", "content": [{"type": "listItem", "content": [{"type": "bulletList", "content": [{"type": "listItem", "content": [` + p + `]}]}]}]}`, "can't stand there"},
		{"heading in an item", `{"type": "bulletList", "content": [{"type": "listItem", "content": [` + p + `, {"type": "heading", "attrs": {"level": 1}}]}]}`, "can't stand there"},
		{"quotation in a quotation", `{"type": "blockquote", "content": [{"type": "blockquote", "content": [` + p + `]}]}`, "can't stand there"},
		{"cell without a row", `{"type": "table", "content": [{"type": "tableCell", "content": [` + p + `]}]}`, "can't stand there"},
		{"unknown mark", `{"type": "paragraph", "content": [{"type": "text", "text": "a", "marks": [{"type": "bold"}]}]}`, "unknown mark"},
		{"mark twice", `{"type": "paragraph", "content": [{"type": "text", "text": "a", "marks": [{"type": "em"}, {"type": "em"}]}]}`, "twice"},
		{"bold code", `{"type": "paragraph", "content": [{"type": "text", "text": "a", "marks": [{"type": "strong"}, {"type": "code"}]}]}`, "code goes"},
		{"script", `{"type": "paragraph", "content": [{"type": "text", "text": "a", "marks": [{"type": "link", "attrs": {"href": "javascript:x"}}]}]}`, "a link"},
		{"content of a rule", `{"type": "rule", "content": [` + p + `]}`, "content"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var doc any
			d := json.NewDecoder(strings.NewReader(`{"type": "doc", "version": 1, "content": [` + c.content + `]}`))
			d.UseNumber()
			if err := d.Decode(&doc); err != nil {
				t.Fatal(err)
			}
			err := CheckADF(doc)
			if (err == nil) != (c.fault == "") || err != nil && !strings.Contains(err.Error(), c.fault) {
				t.Errorf("%v, want %q", err, c.fault)
			}
		})
	}
	for _, doc := range []any{nil, "a", map[string]any{"type": "doc", "content": []any{}}, map[string]any{"type": "doc", "version": 2, "content": []any{}}, map[string]any{"type": "doc", "version": 1}} {
		if CheckADF(doc) == nil {
			t.Errorf("%v is taken", doc)
		}
	}
}
