package api_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/webhook-gateway/gateway/admin/ops"
	"github.com/webhook-gateway/gateway/internal/problem"
	"github.com/webhook-gateway/gateway/internal/testutil/admintest"
)

const startable = `flow "called" {
  trigger "flow" {
    variable "card" {
      type      = string
      sensitive = true
    }
  }
}
flow "welcome" {
  trigger "tag" { tag = "new" }
}
flow "full" {
  trigger "schedule" {
    cron = "0 3 1 1 *"
    concurrency {
      queue = 1
    }
  }
}
flow "alert" {
  trigger "failure" {
    flows = ["called"]
    after = 3
  }
  action "log" "told" { message = "${failure.count} ${failure.causes[0].message}" }
}
flow "hook" {
  trigger "webhook" { path = "/hook" }
}
`

func TestTriggerFlow(t *testing.T) {
	t.Parallel()
	l := withAPI(admintest.New(t, startable))
	got := ask[ops.Triggered](l, http.MethodPost, "/api/v1/flows/called/trigger", http.StatusOK, `{"input": {"card": "4111-1111-1111-1111"}}`)
	run := ask[ops.RunDetail](l, http.MethodGet, "/api/v1/runs/"+got.Run, http.StatusOK)
	if run.Flow != "called" || run.State != "queued" {
		t.Errorf("flow %q, state %q", run.Flow, run.State)
	}
	stored, err := l.Store.Get(t.Context(), got.Run)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(stored.Variables), "4111") || strings.Contains(string(run.Variables), "4111") {
		t.Errorf("the value of a sensitive variable is stored in the clear: %s", stored.Variables)
	}
	sample := ask[ops.Triggered](l, http.MethodPost, "/api/v1/flows/alert/trigger", http.StatusOK, `{}`)
	stored, err = l.Store.Get(t.Context(), sample.Run)
	if err != nil || !strings.Contains(string(stored.Variables), `"called"`) || !strings.Contains(string(stored.Variables), "a sample, which an operator started") {
		t.Errorf("the variables of an alert that was started by hand: %s, %v", stored.Variables, err)
	}
	for name, c := range map[string]struct {
		flow, body string
		status     int
		detail     string
	}{
		"unknown flow":      {"caled", `{}`, http.StatusNotFound, `did you mean "called"`},
		"missing variable":  {"called", `{}`, http.StatusBadRequest, "he input does not fit the flow"},
		"contact for input": {"called", `{"contact": "a@example.com"}`, http.StatusBadRequest, "takes an input, not a contact"},
		"no contact":        {"welcome", `{}`, http.StatusBadRequest, "give the address of one"},
		"unknown contact":   {"welcome", `{"contact": "a@example.com"}`, http.StatusBadRequest, "here is no such contact"},
		"input for time":    {"full", `{"input": 1}`, http.StatusBadRequest, "neither an input nor a contact"},
		"input for failure": {"alert", `{"input": 1}`, http.StatusBadRequest, "neither an input nor a contact"},
		"a webhook":         {"hook", `{}`, http.StatusBadRequest, "started by requests"},
		"an unknown member": {"full", `{"inptu": 1}`, http.StatusBadRequest, "inptu"},
	} {
		p := ask[problem.Document](l, http.MethodPost, "/api/v1/flows/"+c.flow+"/trigger", c.status, c.body)
		if !strings.Contains(p.Detail, c.detail) {
			t.Errorf("%s: %q, want %q in it", name, p.Detail, c.detail)
		}
	}
	log := ask[ops.AuditPage](l, http.MethodGet, "/api/v1/audit?limit=500", http.StatusOK)
	started := 0
	for _, e := range log.Entries {
		if e.Action == "flow.trigger" && e.Target == "called" && e.Result == "ok" {
			started++
		}
	}
	if started != 1 {
		t.Errorf("%d starts in the audit log: %+v", started, log.Entries)
	}
}

func TestTriggerFullQueue(t *testing.T) {
	t.Parallel()
	l := withAPI(admintest.New(t, strings.Replace(startable, `trigger "flow" {`, "trigger \"flow\" {\n    concurrency {\n      max   = 1\n      queue = 1\n    }", 1)))
	const path, body = "/api/v1/flows/called/trigger", `{"input": {"card": "1"}}`
	ask[ops.Triggered](l, http.MethodPost, path, http.StatusOK, body)
	p := ask[problem.Document](l, http.MethodPost, path, http.StatusConflict, body)
	if !strings.Contains(p.Detail, `oo many runs of flow "called" wait`) {
		t.Errorf("detail %q", p.Detail)
	}
}
