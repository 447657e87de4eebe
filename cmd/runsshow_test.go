package cmd

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/webhook-gateway/gateway/admin/ops"
)

// TestFormatRun compares a run with hidden values with what people see.
func TestFormatRun(t *testing.T) {
	t.Parallel()
	sensitive := json.RawMessage(`"(sensitive)"`)
	got := formatRun(&ops.RunDetail{
		RunSummary: ops.RunSummary{ID: "06h2", Flow: "pay", State: "succeeded", Attempt: 1, Status: 200},
		Request: &ops.RunRequest{
			Method: "POST", URL: "/pay", RemoteIP: "192.0.2.1", Auth: &ops.RunCaller{Kind: "basic", Name: "shop\x1b"},
			Headers: map[string][]string{"X-Id": {"7"}}, RunBody: ops.RunBody{Body: sensitive, Encoding: "text"},
		},
		Variables: sensitive,
		Hidden:    map[string]string{"variables": "holds values of webhook.iban, which is sensitive (pay.hcl:4)", "body": "holds values of webhook.iban, which is sensitive (pay.hcl:4)"},
		Steps: []ops.RunStep{
			{
				Path: "charge", Kind: "http", State: "succeeded", Attempts: 2, Took: 0.25, Position: "pay.hcl:9,3", Input: sensitive, Output: sensitive,
				Hidden: map[string]string{"json": "reads webhook.iban, which is sensitive (pay.hcl:4)", "output": "reads webhook.iban, which is sensitive (pay.hcl:4)"},
				Cause:  &ops.RunCause{Action: "charge", Class: "permanent", Message: "(sensitive)"},
			},
			{Path: "note", Kind: "log", State: "skipped"},
		},
		Response: &ops.RunResponse{Status: 200, RunBody: ops.RunBody{Body: sensitive, Encoding: "text"}},
	})
	const want = `
Request
  POST /pay
  from 192.0.2.1
  signed in by basic as shop\x1b
  X-Id: 7
  
  (sensitive)

Variables
  (sensitive)
  body hidden: holds values of webhook.iban, which is sensitive (pay.hcl:4)
  variables hidden: holds values of webhook.iban, which is sensitive (pay.hcl:4)

Actions
  http charge: succeeded, took 250ms, 2 attempts
    at      pay.hcl:9,3
    input   (sensitive)
    output  (sensitive)
    json hidden: reads webhook.iban, which is sensitive (pay.hcl:4)
    output hidden: reads webhook.iban, which is sensitive (pay.hcl:4)
    error   (sensitive) (action charge, permanent)
  log note: skipped

Response
  200 OK
  
  (sensitive)
`
	_, got, _ = strings.Cut(got, "Status    200\n") // the times before it are local
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
