package web_test

import (
	"net/http"
	"testing"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/testutil/actiontest"
	"github.com/webhook-gateway/gateway/internal/testutil/valuetest"
	"github.com/webhook-gateway/gateway/internal/value"
)

// TestHTTPAnswerInExpressions reads an answer in each of the ways that flows
// have.
func TestHTTPAnswerInExpressions(t *testing.T) {
	t.Parallel()
	server := actiontest.Serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Add("X-Many", "a")
		w.Header().Add("X-Many", "b, c")
		w.Header().Add("Set-Cookie", "a=1; Expires=Thu, 01 Jan 2026 00:00:00 GMT")
		w.Header().Add("Set-Cookie", "b=2")
		_, _ = w.Write([]byte(`{"items": [{"sku": "A"}, {"sku": "B"}], "none": null}`))
	})
	f := actiontest.New(t).MustCompile(actiontest.Action("http", "url = \""+server.URL+"/\"") + `
		action "transform" "hcl" {
			jq = "."
			input = {
				path    = action.example.headers["x-many"]
				member  = action.example.headers.X-Many
				general = upper(action.example.headers["x-MANY"])
				cookies = split("\n", action.example.headers["set-cookie"])
				skus    = action.example.body.items[*].sku
				missing = try(action.example.headers["x-none"], "none")
				names   = [for name, v in action.example.headers : name if startswith(name, "X-")]
				whole   = keys(action.example)
			}
		}
		action "transform" "jq" {
			jq    = "[$action.example.status, $action.example.headers[\"X-Many\"], $action.example.body.items[1].sku, ($action | keys), (.text | length)]"
			input = action.example
		}`)
	res := actiontest.New(t).Run(t.Context(), f, "{}")
	if res.Err != nil {
		t.Fatal(res.Err)
	}
	read := func(action string) any { return valuetest.Clone(res.Outputs[action]).(map[string]any)["value"] }
	want := `{"path": "a, b, c", "member": "a, b, c", "general": "A, B, C", "cookies": ["a=1; Expires=Thu, 01 Jan 2026 00:00:00 GMT", "b=2"],
		"skus": ["A", "B"], "missing": "none", "names": ["X-Many"], "whole": ["body", "headers", "status", "text"]}`
	if got := read("hcl"); !value.Equal(got, valuetest.DecodeJSON(t, want)) {
		t.Errorf("expressions read %s", valuetest.EncodeJSON(t, got))
	}
	if got := read("jq"); !value.Equal(got, valuetest.DecodeJSON(t, `[200, "a, b, c", "B", ["example", "hcl"], 53]`)) {
		t.Errorf("jq reads %s", valuetest.EncodeJSON(t, got))
	}
}

// TestHTTPBodyThatIsNot: a body that does not match its type is an error only
// for an action that reads it.
func TestHTTPBodyThatIsNot(t *testing.T) {
	t.Parallel()
	server := actiontest.Serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte("<html>"))
	})
	f := actiontest.New(t).MustCompile(actiontest.Action("http", "url = \""+server.URL+"/\"") + `action "log" "read" { message = "x ${action.example.body.id}" }`)
	res := actiontest.New(t).Run(t.Context(), f, "{}")
	if res.Err == nil || res.Err.Action != "read" || res.Err.Class != flow.Invalid {
		t.Errorf("error %v, want one of the action that reads the body", res.Err)
	}
}
