package api_test

import (
	"encoding/json"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/webhook-gateway/gateway/admin/ops"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/gateway/run"
	"github.com/webhook-gateway/gateway/internal/problem"
	"github.com/webhook-gateway/gateway/store"
)

type openAPIDocument struct {
	OpenAPI    string `json:"openapi"`
	Info       struct{ Title, Version string }
	Servers    []struct{ URL string }
	Paths      map[string]map[string]openAPIOperation
	Components struct {
		Schemas         map[string]openAPISchema
		SecuritySchemes map[string]any
	}
}

type openAPIOperation struct {
	OperationID string `json:"operationId"`
	Summary     string
	Parameters  []struct {
		Name, In, Description string
		Required              bool
		Schema                map[string]any
	}
	RequestBody struct {
		Required bool
		Content  map[string]struct{ Schema openAPISchema }
	} `json:"requestBody"`
	Responses map[string]struct {
		Description string
		Content     map[string]struct{ Schema openAPISchema }
	}
}

type openAPISchema struct {
	Ref        string `json:"$ref"`
	Type       string
	Properties map[string]map[string]any
	Required   []string
}

// TestOpenAPI holds the document to the rules of OpenAPI 3.1 that a program
// which reads it relies on.
func TestOpenAPI(t *testing.T) {
	t.Parallel()
	l := newLibrary(t)
	doc := ask[openAPIDocument](l, "GET", "/api/v1/openapi.json", 200)
	if doc.OpenAPI != "3.1.0" || doc.Info.Title == "" || doc.Info.Version != "1.2.3" || doc.Components.SecuritySchemes["token"] == nil {
		t.Errorf("%+v", doc.Info)
	}
	ids := map[string]bool{}
	for path, operations := range doc.Paths {
		for method, o := range operations {
			if o.OperationID == "" || ids[o.OperationID] || o.Summary == "" {
				t.Errorf("%s %s: operation %q, %q", method, path, o.OperationID, o.Summary)
			}
			ids[o.OperationID] = true
			checkParameters(t, path, &o)
			checkResponses(t, path, &o, &doc)
		}
	}
	if want := l.api.RouteIDs(); len(ids) != len(want) {
		t.Errorf("%d operations of the routes %q", len(ids), want)
	}
	if len(doc.Servers) != 1 || doc.Servers[0].URL == "" {
		t.Errorf("servers %+v", doc.Servers)
	}
	_, text := l.call("GET", "/api/v1/openapi.json")
	for _, m := range regexp.MustCompile(`"\$ref": "#/components/schemas/([^"]*)"`).FindAllStringSubmatch(text, -1) {
		if _, ok := doc.Components.Schemas[m[1]]; !ok {
			t.Errorf("no schema %s", m[1])
		}
	}
	for name, s := range doc.Components.Schemas {
		for _, member := range s.Required {
			if _, ok := s.Properties[member]; !ok {
				t.Errorf("%s: no member %s", name, member)
			}
		}
	}
}

func checkParameters(t *testing.T, path string, o *openAPIOperation) {
	t.Helper()
	var inPath []string
	seen := map[string]bool{}
	for _, p := range o.Parameters {
		if seen[p.Name] || p.Description == "" || p.Schema["type"] == nil || (p.In != "path" && p.In != "query") || (p.In == "path") != p.Required {
			t.Errorf("%s: %+v", o.OperationID, p)
		}
		seen[p.Name] = true
		if p.In == "path" {
			inPath = append(inPath, "{"+p.Name+"}")
		}
	}
	if want := regexp.MustCompile(`\{[^}]*\}`).FindAllString(path, -1); !slices.Equal(want, inPath) {
		t.Errorf("%s: parameters %v of path %s", o.OperationID, inPath, path)
	}
}

func checkResponses(t *testing.T, path string, o *openAPIOperation, doc *openAPIDocument) {
	t.Helper()
	for status, r := range o.Responses {
		code, err := strconv.Atoi(status)
		if err != nil || r.Description == "" || len(r.Content) != 1 {
			t.Errorf("%s %s: %+v", path, status, r)
		}
		for media, c := range r.Content {
			isProblem := code >= 400 && code != 422
			if (media == problem.ContentType) != isProblem || (isProblem && c.Schema.Ref != "#/components/schemas/Problem") {
				t.Errorf("%s %s: %s", path, status, media)
			}
			if c.Schema.Ref == "" && c.Schema.Type == "" {
				t.Errorf("%s %s: no schema", path, status)
			}
		}
	}
	if _, ok := o.Responses["200"]; !ok || len(doc.Paths) == 0 {
		t.Errorf("%s has no success", path)
	}
}

// Every route answers as the document says: with a status that stands there,
// and with the members of its schema, each that is required and no other.
func TestRoutesAnswerAsDocumented(t *testing.T) {
	t.Parallel()
	l := newLibrary(t)
	doc := ask[openAPIDocument](l, "GET", "/api/v1/openapi.json", 200)
	queued := func() string {
		return l.Queue("x", store.Payload{Event: []byte(`{"method":"POST","url":"/x"}`), Body: []byte(`{}`), Variables: []byte(`{}`), Response: run.EncodeResponse(&flow.Response{Status: 200})})
	}
	cancelled := queued()
	ask[ops.RunsChanged](l, "POST", "/api/v1/runs/"+cancelled+"/cancel", 200)
	calls := map[string]map[int]string{ // by operation: the calls that give a status, with id and query
		"health": {200: ""}, "ready": {200: ""}, "metrics": {200: ""}, "openapi": {200: "", 400: "?x=1"},
		"status": {200: "", 400: "?x=1"}, "listFlows": {200: "", 400: "?x=1"}, "getFlow": {200: "x", 404: "z", 400: "x?x=1"}, "overview": {200: "", 400: "?x=1"}, "triggerFlow": {400: "x", 404: "z"}, "reload": {200: ""},
		"listRuns":   {200: "?limit=1&label=Y", 400: "?label=none"},
		"getRun":     {200: cancelled, 404: l.NewID(), 400: cancelled + "?x=1"},
		"retryRun":   {200: cancelled, 409: queued(), 404: "x", 400: cancelled + "?x=1"},
		"cancelRun":  {200: queued(), 409: l.recorded(), 404: "x", 400: cancelled + "?x=1"},
		"dismissRun": {409: cancelled, 404: "x", 400: cancelled + "?x=1"}, "dismissRuns": {200: "?flow=y&text=nothing", 400: ""},
		"retryRuns":    {200: "?flow=y&text=nothing", 400: ""},
		"cancelRuns":   {200: "?flow=y&text=nothing", 400: ""},
		"listFailures": {200: "?limit=1", 400: "?x=1"},
		"stats":        {200: "", 400: "?x=1"},
		"pauseFlow":    {200: "y", 404: "z", 400: "y?x=1"}, "resumeFlow": {200: "y", 404: "z", 400: "y?x=1"},
		"listAudit": {200: "?limit=1", 400: "?after=x"},

		"listContacts":   {200: "?limit=1", 400: "?x=1"},
		"importContacts": {200: "", 400: "?x=1"},
		"getContact":     {200: "jane@example.com", 404: "x@example.com", 400: "jane@example.com?x=1"},
		"changeContact":  {200: "a/b@example.com", 400: "nobody"},
		"deleteContact":  {200: "joe@example.com", 400: "nobody"},

		"listHandshakes":  {200: "", 400: "?x=1"},
		"resetHandshakes": {200: "y", 404: "none", 400: "y?x=1"},

		"listKeys":  {200: "", 400: "?x=1"},
		"createKey": {200: "", 400: "?x=1"},
		"rotateKey": {200: "old", 404: "none", 400: "old?overlap=soon"},
		"revokeKey": {200: "older", 404: "none", 400: "older?x=1"},
	}
	bodies := map[string]string{"triggerFlow": `{}`, "importContacts": `[{"email": "jane@example.com"}, {}]`, "changeContact": `{"add": ["x"], "fields": {"n": 1}}`, "createKey": `{"name": "new", "flows": ["x"], "expires_in": "90d"}`}
	ask[ops.ContactsImported](l, "POST", "/api/v1/contacts", 200, bodies["importContacts"])
	if _, _, err := l.Store.PutHandshake(t.Context(), store.Handshake{Flow: "y", Sender: "asana", Sealed: []byte{1}}); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"old", "older"} {
		ask[ops.KeyCreated](l, "POST", "/api/v1/keys", 200, `{"name": "`+name+`", "all_flows": true}`)
	}
	for path, operations := range doc.Paths {
		for method, o := range operations {
			if len(calls[o.OperationID]) == 0 {
				t.Errorf("nothing calls %s %s", method, path)
			}
			for status, with := range calls[o.OperationID] {
				id, query, _ := strings.Cut(with, "?")
				target := regexp.MustCompile(`\{.*\}`).ReplaceAllLiteralString(path, url.PathEscape(id)) + "?" + query
				l.check(&doc, &o, strings.ToUpper(method), target, status, bodies[o.OperationID])
			}
		}
	}
}

// recorded returns a run that is over.
func (l *library) recorded() string {
	return l.Record(&store.Entry{Flow: "x", State: store.Succeeded})
}

func (l *library) check(doc *openAPIDocument, o *openAPIOperation, method, target string, status int, send string) {
	l.T.Helper()
	if (send != "") != o.RequestBody.Required {
		l.T.Errorf("%s %s: request body %v, but %q is sent", method, target, o.RequestBody, send)
	}
	code, body := l.call(method, target, send)
	answer, ok := o.Responses[strconv.Itoa(code)]
	if code != status || !ok {
		l.T.Errorf("%s %s: %d, want %d: %s", method, target, code, status, body)
		return
	}
	for _, c := range answer.Content {
		if c.Schema.Ref == "" {
			continue
		}
		schema := doc.Components.Schemas[c.Schema.Ref[strings.LastIndexByte(c.Schema.Ref, '/')+1:]]
		var got map[string]json.RawMessage
		if err := json.Unmarshal([]byte(body), &got); err != nil {
			l.T.Errorf("%s %s: %v", method, target, err)
		}
		for _, name := range schema.Required {
			if _, ok := got[name]; !ok {
				l.T.Errorf("%s %s: no member %s", method, target, name)
			}
		}
		for name := range got {
			if _, ok := schema.Properties[name]; !ok {
				l.T.Errorf("%s %s: member %s is not documented", method, target, name)
			}
		}
	}
}
