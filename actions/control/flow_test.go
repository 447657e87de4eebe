package control_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/testutil/actiontest"
)

func TestFlow(t *testing.T) {
	t.Parallel()
	b := actiontest.New(t)
	got := b.MustSucceed("flow", "flow = \"lookup\"\ninput = { email = webhook.body.email }", `{"email": "a@example.com"}`)
	if got["email"] != "a@example.com" || got["known"] != true {
		t.Errorf("the flow returned %v", got)
	}
	got = b.MustSucceed("flow", "flow = \"lookup\"\ninput = { email = \"x\" }\nwait = false", `{}`)
	s := b.Services.Starter.(*actiontest.Starter)
	if got["run"] != "01other" || len(s.Started) != 1 || s.Started[0] != "lookup by 01run/example" {
		t.Errorf("the action returned %v, and started %v", got, s.Started)
	}
}

func TestFlowFails(t *testing.T) {
	t.Parallel()
	b := actiontest.New(t)
	b.Callees = map[string]string{
		"broken":  "action \"transform\" \"bad\" { jq = \"error(\\\"no\\\")\" }\non_error {\naction \"log\" \"told\" { message = \"${flow.name}: ${error.action}\" }\n}",
		"stopped": "action \"stop\" \"s\" {\nstatus = \"failed\"\nmessage = \"no stock\"\n}",
		"endless": "action \"flow\" \"again\" { flow = \"endless\" }",
	}
	b.Services.Starter = &actiontest.Starter{Err: errors.New("the store is away")}
	for body, want := range map[string]string{
		"flow = \"broken\"":               "bad:",
		"flow = \"stopped\"":              "no stock",
		"flow = \"endless\"":              "16 times",
		"flow = \"off\"":                  "disabled",
		"flow = \"lookup\"\nwait = false": "the store is away",
	} {
		res := b.Run(t.Context(), b.MustCompile(actiontest.Action("flow", body)), "{}")
		if res.State != flow.Failed || !strings.Contains(res.Err.Error(), want) {
			t.Errorf("%s: %v", body, res.Err)
		}
		if want == "bad:" && (res.Err.Flow != "broken" || len(res.Lines) != 1 || res.Lines[0].Message != "broken: bad") {
			t.Errorf("the error is of flow %q, and the flow's on_error said %v", res.Err.Flow, res.Lines)
		}
	}
}

// TestFlowPaths: the actions of a called flow have paths of their own, even if
// they share a name with actions of the run.
func TestFlowPaths(t *testing.T) {
	t.Parallel()
	b := actiontest.New(t)
	b.Callees = map[string]string{"lookup": `action "log" "same" { message = run.id }`}
	res := b.Run(t.Context(), b.MustCompile("action \"log\" \"same\" { message = \"x\" }\naction \"loop\" \"l\" {\nfor_each = [1, 2]\naction \"flow\" \"c\" { flow = \"lookup\" }\n}\naction \"respond\" \"r\" {}"), "{}")
	var paths []string
	for _, rec := range res.Records {
		paths = append(paths, rec.Flow.Name+":"+rec.Path)
	}
	if got := strings.Join(paths, " "); got != "test:same lookup:l/0/c/same test:l/0/c lookup:l/1/c/same test:l/1/c test:l test:r" {
		t.Errorf("paths %s", got)
	}
}

func TestFlowInputs(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		`flow = "lookup"`: "needs \"email\"",
		"flow = \"lookup\"\ninput = { email = 1, nane = 2 }": "Did you mean \"name\"",
		"flow = \"lookup\"\ninput = { email = 1 }":           "",
		"flow = \"lookup\"\ninput = webhook.body":            "",
	} {
		b := actiontest.New(t)
		b.CalleeInputs = []flow.Input{{Name: "email", Required: true}, {Name: "name"}}
		f, diags := b.Compile(actiontest.Action("flow", body))
		diags = append(diags, b.BindCallees(f)...)
		if want == "" && diags.HasErrors() || want != "" && !strings.Contains(fmt.Sprint(diags.Errs()), want) {
			t.Errorf("%s: %v", body, diags)
		}
	}
}

// TestFlowDepth: flows may call one another as deep as the message says.
func TestFlowDepth(t *testing.T) {
	t.Parallel()
	for levels, want := range map[int]flow.State{flow.MaxCallDepth: flow.Succeeded, flow.MaxCallDepth + 1: flow.Failed} {
		b := actiontest.New(t)
		b.Callees = map[string]string{fmt.Sprintf("f%d", levels): `action "log" "end" { message = "here" }`}
		for i := 1; i < levels; i++ {
			b.Callees[fmt.Sprintf("f%d", i)] = fmt.Sprintf(`action "flow" "down" { flow = "f%d" }`, i+1)
		}
		res := b.Run(t.Context(), b.MustCompile(actiontest.Action("flow", `flow = "f1"`)+"\naction \"respond\" \"r\" {}"), "{}")
		if res.State != want {
			t.Errorf("%d levels: %s (%v)", levels, res.State, res.Err)
		}
	}
}
