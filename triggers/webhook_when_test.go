package triggers

import (
	"net/http"
	"testing"

	"github.com/webhook-gateway/gateway/flow"
)

const pushOnly = `
when = webhook.headers["X-Event"] == "push"
variable "ref" {
  type = string
}
` + hmacAuth

// TestWhen: the condition is evaluated after credentials and syntax, and before
// variables.
func TestWhen(t *testing.T) {
	t.Parallel()
	const push, ping, broken = `{"ref": "main"}`, `{"zen": "x"}`, `{"ref":`
	for name, c := range map[string]struct {
		event, body string
		header      http.Header
		status      int // 0 for a run
		outcome     string
	}{
		"wanted":                 {"push", push, sign(push), 0, ""},
		"wanted without its ref": {"push", ping, sign(ping), 422, "invalid"},
		"another event":          {"ping", ping, sign(ping), 200, flow.OutcomeIgnored},
		"no event":               {"", push, sign(push), 200, flow.OutcomeIgnored},
		"another, not signed":    {"ping", ping, nil, 401, "unauthorized"},
		"another, malformed":     {"ping", broken, sign(broken), 400, "malformed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := mustLoad(t, pushOnly)
			header := c.header.Clone()
			if header == nil {
				header = http.Header{}
			}
			if c.event != "" {
				header.Set("X-Event", c.event)
			}
			event, problem := sent{body: c.body, header: header}.to(t, w)
			if c.status == 0 {
				if problem != nil {
					t.Fatal(problem)
				}
				if got := read(t, event, "ref"); got != `"main"` {
					t.Errorf("ref %s", got)
				}
				return
			}
			if problem == nil || problem.Status != c.status || problem.Outcome != c.outcome {
				t.Fatalf("got %+v, want %d %s", problem, c.status, c.outcome)
			}
			if isIgnored := problem.Header.Get(IgnoredHeader) == "true"; isIgnored != (c.status == 200) {
				t.Errorf("the answer has the header %v", problem.Header)
			}
		})
	}
}

// TestWhenReads: all parts of a request decide, and null is false.
func TestWhenReads(t *testing.T) {
	t.Parallel()
	for when, wanted := range map[string]bool{
		`webhook.body.type == "paid"`:                           true,
		`webhook.body.type == "due"`:                            false,
		`webhook.query.kind == "a" && webhook.method == "POST"`: true,
		`webhook.path.shop == "lamps"`:                          true,
		`webhook.path.shop == "chairs"`:                         false,
		`webhook.body.live`:                                     false, // null
		`jq(".items | length > 1", webhook.body)`:               true,
		`contains(["paid"], webhook.body.type)`:                 true,
		`strcontains(webhook.raw, "paid")`:                      true,
		`webhook.remote_ip == "192.0.2.7"`:                      true,
	} {
		t.Run(when, func(t *testing.T) {
			t.Parallel()
			w := mustLoad(t, "path = \"/{shop}\"\nwhen = "+when)
			_, problem := sent{
				url: "/lamps?kind=a", path: map[string]string{"shop": "lamps"}, body: `{"type": "paid", "live": null, "items": [1, 2]}`,
			}.to(t, w)
			if (problem == nil) != wanted || problem != nil && problem.Outcome != flow.OutcomeIgnored {
				t.Errorf("got %v, want a run: %v", problem, wanted)
			}
		})
	}
}

func TestWhenFails(t *testing.T) {
	t.Parallel()
	w := mustLoad(t, `when = webhook.body.event.type == "paid"`)
	problem := sent{body: `{"secret": "canary7"}`}.refused(t, w, 500)
	if problem.Outcome != "undecided" || problem.Cause == nil {
		t.Errorf("%+v", problem)
	}
	tried := mustLoad(t, `when = try(webhook.body.event.type == "paid", false)`)
	if _, problem := (sent{body: `{}`}).to(t, tried); problem == nil || problem.Outcome != flow.OutcomeIgnored {
		t.Errorf("with try: %v", problem)
	}
}
