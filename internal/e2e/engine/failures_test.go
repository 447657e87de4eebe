package engine_test

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/gateway/run"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/store"
	"github.com/webhook-gateway/gateway/store/postgres"
)

// onEngines runs a test with a gateway on each engine of the store, which write and
// start put into service.
func onEngines(t *testing.T, test func(*testing.T, *durable)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		test(t, newStopped(t))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		url := postgresServer.Database(t)
		d := newStopped(t)
		d.open = func() (store.Store, error) {
			return postgres.Open(context.Background(), url, postgres.Options{Clock: clock.System{}})
		}
		test(t, d)
	})
}

// refuser answers with a status and a JSON body that counts the requests.
func refuser(t *testing.T, status int, body string) string {
	n := 0
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		n++
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, strings.ReplaceAll(body, "N", fmt.Sprint(n)))
	}))
	t.Cleanup(s.Close)
	return s.URL
}

const failingFlow = `
flow "f" {
  trigger "webhook" { path = "/f" }
  retry {
    attempts = 2
    initial  = "1ms"
  }
  action "http" "charge" {
    url   = "REFUSER/charges/${webhook.body.id}?key=k"
    json  = webhook.body
    retry {
      attempts = 3
      initial  = "1ms"
    }
  }
  on_error {
    action "delay" "wait" { for = "1ms" }
    action "http" "report" {
      url  = "OUT/report"
      json = { status = error.status, call = error.body.call, lost = try(error.body.none, "none") }
    }
  }
}`

// TestFailureKeepsWhatHappened: a failed action keeps the request, the answer, its
// lines and all of its attempts, and on_error reads the answer, also after the run was
// suspended and read from the store.
func TestFailureKeepsWhatHappened(t *testing.T) {
	t.Parallel()
	onEngines(t, func(t *testing.T, d *durable) {
		d.write(strings.ReplaceAll(failingFlow, "REFUSER", refuser(t, 503, `{"call":N}`)))
		d.start()
		got := d.await(d.accept("/f", `{"id":"a b"}`), store.Failed)
		step := got.Steps[0]
		detail := run.DecodeDetail(step.Cause.Detail)
		if x := detail.Exchange; x == nil || *x != (run.Exchange{Method: "POST", Path: "/charges/a%20b", Status: 503}) {
			t.Errorf("the request is %+v", x)
		}
		if s := detail.Source; s == nil || *s != (run.Source{File: "flows.hcl", First: 8, Last: 15}) {
			t.Errorf("the lines are %+v", s)
		}
		if s := run.DecodeDetail(got.Cause.Detail).Source; s == nil || s.First != 8 {
			t.Errorf("the lines of the run are %+v", s)
		}
		if string(step.Output) != `{"call":6}` {
			t.Errorf("the answer is %s", step.Output)
		}
		if len(detail.Attempts) != 5 || detail.Skipped != 0 {
			t.Fatalf("%d earlier attempts, %d left out", len(detail.Attempts), detail.Skipped)
		}
		for i, a := range detail.Attempts {
			if a.Status != 503 || a.Reason != flow.Reason5xx || a.Class != "transient" || !strings.Contains(a.Message, "503") || a.At.IsZero() {
				t.Errorf("attempt %d: %+v", i, a)
			}
			if i > 0 && a.At.Before(detail.Attempts[i-1].At) {
				t.Errorf("attempt %d began before the one before it", i)
			}
		}
		if report := d.outside.bodies("/report"); len(report) != 1 || report[0] != `{"call":6,"lost":"none","status":503}` {
			t.Errorf("reported %s", report)
		}
		if err := d.store.Requeue(t.Context(), got.ID, store.RequeueOptions{}); err != nil {
			t.Fatal(err)
		}
		d.restart() // the claim loop looks for runs at once
		got = d.await(got.ID, store.Failed)
		step = got.Steps[slices.IndexFunc(got.Steps, func(s store.Step) bool { return s.Path == "charge" })]
		detail = run.DecodeDetail(step.Cause.Detail)
		if len(detail.Attempts) != 10 || detail.Skipped != 1 {
			t.Errorf("after a retry by an operator: %d earlier attempts, %d left out", len(detail.Attempts), detail.Skipped)
		}
	})
}

// TestSensitiveFailure: of an action that is sensitive, or stands in one, neither path
// nor answer is kept. Of one that sends a sensitive value, the answer is not kept.
func TestSensitiveFailure(t *testing.T) {
	t.Parallel()
	for name, action := range map[string]string{
		"sensitive": `
  action "http" "charge" {
    url       = "REFUSER/charges/${webhook.body.id}"
    sensitive = true
  }`,
		"inside": `
  action "loop" "each" {
    for_each  = [webhook.body.id]
    sensitive = true
    action "http" "charge" { url = "REFUSER/charges/${each.value}" }
  }`,
		"variable": `
  action "http" "charge" {
    url    = "REFUSER/charges"
    method = "GET"
    query  = { card = webhook.card }
  }`,
		"called": `
  action "flow" "call" {
    flow      = "g"
    input     = { id = webhook.body.id }
    sensitive = true
  }`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newStopped(t)
			d.write(strings.ReplaceAll(`
flow "f" {
  trigger "webhook" {
    path = "/f"
    mode = "sync"
    variable "card" {
      type      = string
      from      = webhook.headers["X-Card"]
      sensitive = true
    }
  }`+action+`
  on_error {
    action "respond" "told" { json = { status = error.status, body = error.body } }
  }
}
flow "g" {
  trigger "flow" {
    variable "id" { type = string }
  }
  action "http" "charge" { url = "REFUSER/charges/${input.id}" }
}`, "REFUSER", refuser(t, 422, `{"iban":"iban-N"}`)))
			d.start()
			r := d.post("/f", `{"id":"secret-7"}`, "X-Card", "secret-8")
			if r.body != `{"body":null,"status":422}` {
				t.Errorf("on_error reads %s", r.body)
			}
			got := d.await(r.run(), store.Failed)
			for _, s := range got.Steps {
				for _, text := range []string{string(s.Output), s.Cause.Detail, got.Cause.Detail, s.Cause.Message} {
					if strings.Contains(text, "secret-") || strings.Contains(text, "iban-") {
						t.Errorf("%s holds %s", s.Path, text)
					}
				}
			}
			last := got.Steps[slices.IndexFunc(got.Steps, func(s store.Step) bool { return strings.HasSuffix(s.Path, "charge") })]
			if x := run.DecodeDetail(last.Cause.Detail).Exchange; x == nil || x.Status != 422 || name != "variable" && x.Path != "" {
				t.Errorf("the history has %+v", x)
			}
		})
	}
}

// TestRefusalKeepsTheRequest: the history has the method, the path, the address and
// the faulty values of a refused request by name and rule, and no value.
func TestRefusalKeepsTheRequest(t *testing.T) {
	t.Parallel()
	onEngines(t, func(t *testing.T, d *durable) {
		d.write(`
flow "f" {
  trigger "webhook" {
    path = "/orders/{card}"
    variable "card" {
      type      = string
      from      = webhook.path.card
      sensitive = true
    }
    variable "qty" {
      type = number
      max  = 9
    }
    variable "email" {
      type   = string
      format = "email"
    }
  }
  action "log" "l" { message = "hi" }
}`)
		d.start()
		r := d.post("/orders/4111", `{"qty": 4711, "email": "hidden-value"}`)
		if r.status != http.StatusUnprocessableEntity {
			t.Fatalf("%d: %s", r.status, r.body)
		}
		got := d.await(r.run(), store.Refused)
		refused := run.DecodeDetail(got.Cause.Detail).Refused
		if refused == nil || refused.Method != "POST" || refused.Path != "/orders/{card}" || refused.RemoteIP != "127.0.0.1" || len(refused.Faults) != 2 {
			t.Fatalf("%+v", refused)
		}
		if f := refused.Faults[0]; f.In != "body" || f.Pointer != "/qty" || f.Detail != "This must be at most 9." {
			t.Errorf("%+v", f)
		}
		for _, value := range []string{"4111", "4711", "hidden-value"} {
			if strings.Contains(got.Cause.Detail, value) {
				t.Errorf("%s is in %s", value, got.Cause.Detail)
			}
		}
		none := d.post("/nowhere?key=1", `{}`)
		got = d.await(none.run(), store.Refused)
		if refused := run.DecodeDetail(got.Cause.Detail).Refused; refused == nil || refused.Path != "/nowhere" || got.Cause.Reason != "not_found" {
			t.Errorf("%+v, %s", refused, got.Cause.Reason)
		}
	})
}

// TestRetryFromAnAction: the chosen action and the ones after it run again, also
// those inside of it, and earlier ones keep their outputs.
func TestRetryFromAnAction(t *testing.T) {
	t.Parallel()
	onEngines(t, func(t *testing.T, d *durable) {
		d.write(`
flow "f" {
  trigger "webhook" { path = "/f" }
  action "http" "first" { url = "OUT/first" }
  action "loop" "each" {
    for_each = [1, 2]
    action "http" "inside" { url = "OUT/inside" }
  }
  action "http" "skipped" {
    when = webhook.body.skip == false
    url  = "OUT/skipped"
  }
  action "http" "last" {
    url  = "OUT/last"
    json = { first = action.first.body.echo }
  }
}`)
		d.start()
		id := d.accept("/f", `{"skip": true}`)
		d.await(id, store.Succeeded)
		if err := d.store.Requeue(t.Context(), id, store.RequeueOptions{From: "each"}); err != nil {
			t.Fatal(err)
		}
		d.restart() // the claim loop looks for runs at once
		run := d.await(id, store.Succeeded)
		for path, want := range map[string]int{"/first": 1, "/inside": 4, "/skipped": 0, "/last": 2} {
			if got := d.outside.count(path); got != want {
				t.Errorf("%s was called %d times, not %d", path, got, want)
			}
		}
		if bodies := d.outside.bodies("/last"); bodies[0] != bodies[1] {
			t.Errorf("the last action sent %q", bodies)
		}
		for _, s := range run.Steps {
			if want := map[string]flow.State{"skipped": flow.Skipped}[s.Path]; s.State != cmp.Or(want, flow.Succeeded) {
				t.Errorf("%s is %s", s.Path, s.State)
			}
		}
	})
}
