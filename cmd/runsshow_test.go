package cmd

import (
	"encoding/json"
	"regexp"
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
		RunSummary: ops.RunSummary{ID: "06h2", Flow: "pay", State: "succeeded", Attempt: 1, Status: 200}, TraceID: "4bf92f3577b34da6a3ce929d0e0e4736",
		Parent: "06h1", Children: []ops.RunSummary{{ID: "06h3", Flow: "mail\x1b", State: "queued"}},
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
	const want = `Started by  06h1
Trace       4bf92f3577b34da6a3ce929d0e0e4736

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

Runs that it started
  06h3 mail\x1b: queued

Response
  200 OK
  
  (sensitive)
`
	_, got, _ = strings.Cut(got, "Status      200\n") // the times before it are local
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestFormatFailure: a failed action is shown with its lines, its call and its earlier
// attempts, and a refused request with its faults. What would steer a terminal is
// escaped.
func TestFormatFailure(t *testing.T) {
	t.Parallel()
	cause := &ops.RunCause{Action: "charge", Class: "transient", Message: "answered 503", Position: "pay.hcl:9,3", Source: &ops.RunSource{File: "pay.hcl", First: 9, Last: 14}}
	step := ops.RunStep{
		Path: "charge", Kind: "http", State: "failed", Attempts: 1, Took: 0.25, Cause: cause, Skipped: 3,
		Call:    &ops.RunCall{Method: "POST", Path: "/charges\x1b", Status: 503, Body: json.RawMessage(`{"code":"E7"}`)},
		Earlier: []ops.RunAttempt{{Took: 1, Status: 503, Message: "answered 503"}, {Took: 2}},
	}
	p := &runPrinter{}
	p.addStep(&step, "")
	p.addCall(&ops.RunCall{Method: "GET"})
	p.addRefused(&ops.RunRefused{Method: "PUT", Path: "/x\x1b", RemoteIP: "192.0.2.1", Faults: []ops.RunFault{{In: "body", Pointer: "/qty", Detail: "This must be at most 9."}}})
	got := regexp.MustCompile(`earlier [0-9-]+ [^,]+,`).ReplaceAllString(p.String(), "earlier TIME,") // the times are local
	const want = `  http charge: failed, took 250ms
    error   answered 503 (action charge, transient)
    in      pay.hcl:9,3 (pay.hcl, lines 9 to 14)
    request POST /charges\x1b: 503 Service Unavailable
    answer  {"code":"E7"}
    earlier TIME, took 1s: 503, answered 503
    earlier … 3 attempts left out …
    earlier TIME, took 2s: ended
    request GET (path hidden): no answer
  PUT /x\x1b
  from 192.0.2.1
  body /qty: This must be at most 9.
`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
