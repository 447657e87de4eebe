package control_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/testutil/actiontest"
	"github.com/webhook-gateway/gateway/internal/testutil/valuetest"
	"github.com/webhook-gateway/gateway/internal/value"
)

func TestBranch(t *testing.T) {
	t.Parallel()
	const sizes = `
default {
  action "log" "small" { message = "small" }
}
case "huge" {
  when = webhook.body.total >= 1000
  action "log" "huge1" { message = "huge" }
  action "log" "huge2" { message = "indeed" }
}
case "large" {
  when = webhook.body.total >= 100
  action "log" "large" { message = "large" }
}
case "nothing" {
  when = webhook.body.total == 0
}`
	cases := []struct{ input, want, lines string }{
		{`{"total": 5000}`, "huge", "huge indeed"},
		{`{"total": 1000}`, "huge", "huge indeed"},
		{`{"total": 999}`, "large", "large"},
		{`{"total": 1}`, "default", "small"},
		{`{"total": 0}`, "nothing", ""},
	}
	for _, c := range cases {
		b := actiontest.New(t)
		res := b.Run(t.Context(), b.MustCompile(actiontest.Action("branch", sizes)), c.input)
		if res.Err != nil {
			t.Fatal(res.Err)
		}
		var lines []string
		for _, l := range res.Lines {
			lines = append(lines, l.Message)
		}
		if got := res.Outputs["example"]; !value.Equal(got, map[string]any{"case": c.want}) || strings.Join(lines, " ") != c.lines {
			t.Errorf("%s: outputs %v and lines %q", c.input, got, lines)
		}
	}
}

func TestBranchWithoutAWay(t *testing.T) {
	t.Parallel()
	got := actiontest.New(t).MustSucceed("branch", `case "a" { when = webhook.body }`, "false")
	if !value.Equal(got, map[string]any{"case": nil}) {
		t.Errorf("outputs %v", got)
	}
}

func TestBranchConditionThatIsNull(t *testing.T) {
	t.Parallel()
	got := actiontest.New(t).MustSucceed("branch", "case \"a\" { when = webhook.body }\ndefault {}", "null")
	if !value.Equal(got, map[string]any{"case": "default"}) {
		t.Errorf("outputs %v", got)
	}
}

func TestBranchConditionThatIsNone(t *testing.T) {
	t.Parallel()
	for input, want := range map[string]string{`"maybe"`: "bool", "[]": "array", "{}": "object"} {
		err := actiontest.New(t).MustFail("branch", "case \"a\" { when = webhook.body }\ndefault {}", input)
		if err.Class != flow.Invalid || !strings.Contains(err.Message, want) || err.Range.Start.Line == 0 {
			t.Errorf("%s: %s %q at %s", input, err.Class, err.Message, err.Range)
		}
	}
}

// TestBranchScope: actions inside a case read the outputs before the branch,
// but not the reverse.
func TestBranchScope(t *testing.T) {
	t.Parallel()
	const src = `
action "transform" "before" { jq = "1" }
action "branch" "way" {
  case "a" {
    when = action.before.value == 1
    action "transform" "inner" { jq = "2" }
    action "transform" "sum" { jq = "$action.before.value + $action.inner.value" }
  }
  default {
    %s
  }
}
action "transform" "after" { jq = "%s" }
`
	b := actiontest.New(t)
	res := b.Run(t.Context(), b.MustCompile(fmt.Sprintf(src, "", "$action.way.case")), "{}")
	if got := valuetest.Clone(res.Outputs["sum"]).(map[string]any)["value"]; !value.Equal(got, 3) {
		t.Errorf("the sum is %v", got)
	}
	if got := valuetest.Clone(res.Outputs["after"]).(map[string]any)["value"]; got != "a" {
		t.Errorf("the case is %v", got)
	}
	for name, in := range map[string]string{
		"another case": fmt.Sprintf(src, `action "log" "wrong" { message = "${action.inner.value}" }`, "1"),
		"outside":      fmt.Sprintf(src, "", "1") + `action "log" "wrong" { message = "${action.inner.value}" }`,
	} {
		_, diags := actiontest.New(t).Compile(in + "\n" + `action "respond" "last" {}`)
		if len(diags) != 1 || !strings.Contains(diags[0].Detail, `"inner"`) {
			t.Errorf("%s: findings %v", name, diags)
		}
	}
}

// TestBranchEnds: a caller that can miss its answer, and actions that no path
// leads to, are found through branches.
func TestBranchEnds(t *testing.T) {
	t.Parallel()
	const respond, stop, log = `action "respond" "r%d" {}`, `action "stop" "s%d" {}`, `action "log" "l%d" { message = "x" }`
	n := 0
	fill := func(list string) string {
		n++
		if list == "" {
			return ""
		}
		return fmt.Sprintf(list, n)
	}
	branch := func(first, second, otherwise string) string {
		out := "action \"branch\" \"example\" {\ncase \"a\" {\nwhen = webhook.body\n" + fill(first) + "\n}\ncase \"b\" {\nwhen = webhook.body.b\n" + fill(second) + "\n}\n"
		if otherwise != "none" {
			out += "default {\n" + fill(otherwise) + "\n}\n"
		}
		return out + "}\n"
	}
	const missed, unreached = "An answer can be missed", "Action never runs"
	cases := []struct{ name, flow, want string }{
		{"all answer", branch(respond, respond, respond), ""},
		{"one goes on", branch(respond, log, respond), missed},
		{"one is empty", branch(respond, "", respond), missed},
		{"no default", branch(respond, respond, "none"), missed},
		{"no default, answered behind", branch(respond, respond, "none") + fill(respond), ""},
		{"one stops", branch(respond, stop, respond), ""},
		{"behind an end", branch(respond, stop, respond) + fill(respond), unreached},
		{"behind answers", branch(respond, respond, respond) + fill(log), unreached},
		{"inside", branch(respond, respond+"\n"+`action "log" "behind" { message = "x" }`, respond), unreached},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, diags := actiontest.New(t).Compile(c.flow)
			actiontest.CheckFinding(t, diags, c.want, "")
		})
	}
}

// TestBranchInside: errors, retries and answers go through a branch.
func TestBranchInside(t *testing.T) {
	t.Parallel()
	b := actiontest.New(t)
	in := func(inner string) string {
		return actiontest.Action("branch", "case \"a\" {\nwhen = true\n"+inner+"\n}") + `action "log" "after" { message = "after" }`
	}
	res := b.Run(t.Context(), b.MustCompile(in(`action "respond" "r" { json = webhook.body }`)), `[1]`)
	if res.State != flow.Succeeded || res.Response == nil || string(res.Response.Body) != "[1]" || len(res.Lines) > 0 {
		t.Errorf("answered from inside: %+v, lines %v", res.Outcome, res.Lines)
	}
	res = b.Run(t.Context(), b.MustCompile(in(`action "transform" "t" { jq = "error" }`)), `"x"`)
	if res.Err == nil || res.Err.Action != "t" || len(res.Lines) > 0 {
		t.Errorf("failed inside: %+v, lines %v", res.Outcome, res.Lines)
	}
}
