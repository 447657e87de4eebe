package flow_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/flow"
)

func TestCompile(t *testing.T) {
	t.Parallel()
	f, diags := newLab(t).parseFlow(`flow "orders" {
  label       = "Shop orders"
  description = "What it is for"
  enabled     = false
  trigger "test" {}
  action "do" "a" {
    timeout   = "2s"
    on_error  = "continue"
    sensitive = true
    retry { attempts = 5 }
  }
  action "group" "g" {
    action "do" "b" {}
  }
  on_error {
    action "do" "c" {}
  }
}`)
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	if f.Name != "orders" || f.Label != "Shop orders" || f.Description != "What it is for" || f.Enabled || f.Kind != "test" || f.Trigger == nil {
		t.Errorf("%+v", f)
	}
	a := f.Actions[0]
	if a.Kind != "do" || a.Name != "a" || a.Timeout.Seconds() != 2 || a.OnError != flow.Continue || !a.Sensitive || a.Retry.Attempts != 5 || a.Retry.Factor != 2 {
		t.Errorf("%+v", a)
	}
	var names []string
	f.Walk(func(s *flow.Step) { names = append(names, fmt.Sprintf("%s:%d", s.Name, s.Range.Start.Line)) })
	if got := strings.Join(names, " "); got != "a:6 g:12 b:13 c:16" {
		t.Errorf("steps %s", got)
	}
	f = newLab(t).must("")
	if f.Label != "test" || !f.Enabled || len(f.Actions) > 0 {
		t.Errorf("%+v", f)
	}
}

// finding is a summary with words of its detail, and its line.
type finding struct {
	summary, detail string
	line            int
}

func TestCompileFindings(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, body string
		want       []finding
	}{
		{"an action named twice", `
			action "do" "a" {}
			action "group" "g" {
				action "do" "a" {}
			}`, []finding{{"Action named twice", "on line 4", 6}}},
		{"named twice with on_error", `
			action "do" "a" {}
			on_error {
				action "do" "a" {}
			}`, []finding{{"Action named twice", "on line 4", 6}}},
		{"no name", `action "do" "1a" {}`, []finding{{"Not a name", "start with a letter", 3}}},
		{"one label", `action "do" {}`, []finding{{"Missing label", `action "do" "NAME" { … }`, 3}}},
		{"no label", `action {}`, []finding{{"Missing label", `action "do"`, 3}}},
		{"three labels", `action "do" "a" "b" {}`, []finding{{"Missing label", "a kind and a name", 3}}},
		{"unknown kind", `action "dö" "a" {}`, []finding{{"Unknown kind of action", `"do"`, 3}}},
		{"kind of a later version", `action "later" "a" { x = 1 }`, []finding{{"Not yet available", "it is not written yet", 3}}},
		{"unknown attribute", `action "do" "a" { giv = 1 }`, []finding{{"Unknown attribute", `Did you mean "give"`, 3}}},
		{"errors are reported once", `
			action "dp" "a" {}
			action "do" "b" {
				give = action.a.x
				foo  = 1
			}
			action "do" "c" { give = action.b.x }
			on_error {
				action "do" "d" { give = [action.a, action.b] }
			}`, []finding{{"Unknown kind of action", "", 4}, {"Unknown attribute", "", 7}}},
		{"reads what comes later", `
			action "do" "a" { give = action.b }
			action "do" "b" {}`, []finding{{"Unknown name", `"b" (line 5) may not have run`, 4}}},
		{"reads what is inside", `
			action "group" "g" {
				action "do" "a" {}
			}
			action "do" "b" { give = action.a }`, []finding{{"Unknown name", `"a" (line 5) may not have run`, 7}}},
		{"reads itself", `action "do" "a" { give = action.a }`, []finding{{"Unknown name", "may not have run", 3}}},
		{"reads what is not there", `
			action "do" "stock" {}
			action "do" "b" { give = action.stok }`, []finding{{"Unknown name", `Did you mean "stock"`, 5}}},
		{"an output that is not there", `
			action "group" "g" {}
			action "do" "b" { give = action.g.stat }`, []finding{{"Unknown name", `Did you mean "state"`, 5}}},
		{"each outside of a loop", `action "do" "a" { give = each.key }`, []finding{{"Unknown name", `"loop" only`, 3}}},
		{"error outside of on_error", `action "do" "a" { give = error.message }`, []finding{{"Unknown name", "inside on_error only", 3}}},
		{"on_error's own later action", `
			on_error {
				action "do" "a" { give = action.b }
				action "do" "b" {}
			}`, []finding{{"Unknown name", "may not have run", 5}}},
		{"when is no bool", "action \"do\" \"a\" {\nwhen = [1]\n}", []finding{{"Wrong type", "", 4}}},
		{"on_error", "action \"do\" \"a\" {\non_error = \"ignore\"\n}", []finding{{"Wrong value", `"stop", "continue"`, 4}}},
		{"no time", "action \"do\" \"a\" {\ntimeout = \"0s\"\n}", []finding{{"Wrong value", "leave it out", 4}}},
		{"never runs", `
			action "end" "e" { answer = 200 }
			action "do" "a" {}
			action "do" "b" {}`, []finding{{"Action never runs", `"e" always ends the run`, 5}}},
		{"never runs inside", `
			action "group" "g" {
				when = webhook.body
				action "end" "e" { answer = 200 }
				action "do" "a" {}
			}
			on_error {
				action "group" "h" {
					action "end" "f" {}
				}
				action "do" "b" {}
			}`, []finding{{"Action never runs", `"e"`, 7}, {"Action never runs", `"h"`, 13}}},
		{"may run", `
			action "end" "e" { 
				answer = 200
				when = webhook.body
			}
			action "end" "f" {
				answer = 200
				on_error = "continue"
			}
			action "do" "a" {}`, nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, diags := newLab(t).parse(c.body)
			checkFindings(t, diags, c.want)
		})
	}
}

func checkFindings(t *testing.T, diags hcl.Diagnostics, want []finding) {
	t.Helper()
	if len(diags) != len(want) {
		t.Fatalf("findings %v, want %v", diags, want)
	}
	for i, w := range want {
		d := diags[i]
		if !strings.HasPrefix(d.Summary, w.summary) || !strings.Contains(d.Detail, w.detail) || d.Subject == nil || d.Subject.Start.Line != w.line {
			t.Errorf("finding %s: %s (%s), want %+v", d.Subject, d.Summary, d.Detail, w)
		}
	}
}

func TestCompileWithoutATrigger(t *testing.T) {
	t.Parallel()
	_, diags := newLab(t).parseFlow("flow \"f\" {\n}")
	checkFindings(t, diags, []finding{{"Missing block", `A block "trigger"`, 1}})
	f, diags := newLab(t).parseFlow("flow {\ntrigger \"test\" {}\n}")
	checkFindings(t, diags, []finding{{"Missing label", "NAME", 1}})
	if f != nil {
		t.Errorf("a flow without a name is %+v", f)
	}
}

func TestCompileMissedAnswers(t *testing.T) {
	t.Parallel()
	cases := []struct {
		body   string
		missed bool
	}{
		{``, true},
		{`action "do" "a" {}`, true},
		{`action "end" "e" { answer = 200 }`, false},
		{"action \"end\" \"e\" {\nanswer = 200\nwhen = webhook.body\n}", true},
		{"action \"end\" \"e\" {\nanswer = 200\non_error = \"continue\"\n}", true},
		{"action \"group\" \"g\" {\naction \"do\" \"a\" {}\naction \"end\" \"e\" { answer = 200 }\n}", false},
		{`action "end" "e" { output = 1 }`, false},
	}
	for _, c := range cases {
		_, diags := newLab(t).parseFlow("flow \"f\" {\ntrigger \"test\" { sync = true }\n" + c.body + "\n}")
		if missed := len(diags) == 1 && diags[0].Summary == "An answer can be missed" && diags[0].Severity == hcl.DiagWarning; missed != c.missed || !missed && len(diags) > 0 {
			t.Errorf("%s: findings %v", c.body, diags)
		}
	}
}

func TestSpecs(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	for _, k := range l.kinds().Actions {
		s := flow.ActionSpec(k)
		if s.Doc == "" || (k.New == nil) != (len(s.Fields()) == 0) {
			t.Errorf("action %s: %q with %d fields", k.Name, s.Doc, len(s.Fields()))
		}
	}
	documented := map[string]bool{}
	for _, f := range flow.Spec(l.kinds()).Fields() {
		documented[f.Name] = f.Doc != ""
	}
	for _, name := range []string{"NAME", "label", "description", "enabled", "trigger", "action", "on_error", "retry"} {
		if !documented[name] {
			t.Errorf("%q has no documentation", name)
		}
	}
}

// TestCompileTriggerRoots: the hint for a root name of another trigger names the
// kinds that give it, also kinds that are not the gateway's own.
func TestCompileTriggerRoots(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	_, diags := l.parseFlow("flow \"f\" {\n  trigger \"quiet\" {}\n  action \"do\" \"a\" { give = webhook.body }\n}\n")
	want := `"webhook" is known in flows with trigger "test" only.`
	if len(diags) != 1 || diags[0].Detail != want {
		t.Errorf("findings %v, want %s", diags, want)
	}
}
