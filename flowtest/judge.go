package flowtest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/aymanbagabas/go-udiff"
	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/value"
	"github.com/webhook-gateway/gateway/store"
)

// judge compares what happened with what the test expects.
func (p *play) judge() []*Failure {
	j := &judge{play: p, failures: p.stage.faults}
	for _, sc := range p.scenes {
		if e := sc.stimulus.expect; e != nil {
			j.judgeScene(e, sc)
			j.judgeActions(e, sc.run)
		}
	}
	if e := p.test.expect; e != nil {
		j.judgeScene(e, p.scenes[len(p.scenes)-1])
		j.judgeActions(e, "")
		if n := len(p.startedRuns()); e.has("runs") && n != e.runs {
			j.fail(e.place("runs"), "Wrong number of runs", fmt.Sprintf("There should be %d, and there are %d.", e.runs, n))
		}
	}
	for _, a := range p.test.asserts {
		j.judgeAssertion(a)
	}
	return j.failures
}

// judge collects what differs.
type judge struct {
	*play
	failures []*Failure
}

func (j *judge) fail(at hcl.Range, summary, detail string) *Failure {
	f := &Failure{Range: at, Summary: summary, Detail: detail}
	j.failures = append(j.failures, f)
	return f
}

// judgeScene compares a response and its run.
func (j *judge) judgeScene(e *expectation, sc *scene) {
	if e.has("status") || e.has("headers") || e.has("json") || e.has("body") {
		if sc.response == nil {
			j.fail(e.rng, "No response", fmt.Sprintf("A %s has no response that could be compared.", sc.stimulus.kind))
		} else {
			j.judgeResponse(e, sc.response)
		}
	}
	if !e.has("run") {
		return
	}
	state, run := "none", j.findRun(sc.run)
	if run != nil {
		state = run.State.String()
	}
	if state == e.run {
		return
	}
	f := j.fail(e.place("run"), "Wrong end of the run", fmt.Sprintf("It should be %s, and it is %s%s.", e.run, state, describeCause(run)))
	if run != nil {
		f.Action = j.placeOf(run.Cause.Action)
	}
}

// describeCause says why a run is in its state.
func describeCause(r *store.Run) string {
	if r == nil || r.Cause.Message == "" {
		return ""
	}
	message := strings.TrimSuffix(r.Cause.Message, ".") // the sentence around it has one
	if r.Cause.Action != "" {
		return fmt.Sprintf(": %s: %s", r.Cause.Action, message)
	}
	return ": " + message
}

// placeOf returns the place of an action in the flow files.
func (j *judge) placeOf(action string) *hcl.Range {
	if step := j.test.step(action); step != nil {
		return &step.Range
	}
	return nil
}

func (j *judge) judgeResponse(e *expectation, r *Response) {
	if r.lost {
		j.fail(e.rng, "No response", "The gateway died before it answered.")
		return
	}
	if e.has("status") && r.Status != e.status {
		f := j.fail(e.place("status"), "Wrong status", fmt.Sprintf("The caller should get %d, and gets %d.", e.status, r.Status))
		if len(r.Body) > 0 {
			f.Values = append(f.Values, Value{"response.text", clip(string(r.Body))})
		}
	}
	if headers, ok := j.eval(e.headers.Expr(), e.place("headers")); ok && headers != nil {
		j.judgeHeaders(e, r, headers)
	}
	if want, ok := j.eval(e.json.Expr(), e.place("json")); ok && e.json.IsSet() {
		got, err := value.Decode(r.Body, value.Limits{Depth: value.MaxDepth})
		switch {
		case err != nil:
			j.fail(e.place("json"), "The body is not JSON", fmt.Sprintf("The caller gets: %s", clip(string(r.Body))))
		case formatJSON(want) != formatJSON(got):
			j.differ(e.place("json"), "Wrong body", formatJSON(want), formatJSON(got))
		}
	}
	if want, ok := j.eval(e.body.Expr(), e.place("body")); ok && e.body.IsSet() {
		text, err := expr.Convert[string](want)
		if err != nil {
			j.fail(e.place("body"), "Wrong type", "body is the text of a response; write json for other values.")
		} else if text != string(r.Body) {
			j.differ(e.place("body"), "Wrong body", text, string(r.Body))
		}
	}
}

func (j *judge) judgeHeaders(e *expectation, r *Response, given any) {
	fields, _ := expr.Convert[map[string]any](given)
	for _, name := range sortedKeys(fields) {
		got, found := r.Header[http.CanonicalHeaderKey(name)]
		want, err := expr.Convert[string](fields[name])
		switch {
		case fields[name] == nil && found:
			j.fail(e.place("headers"), "Wrong header", fmt.Sprintf("The response should have no %s, and has %q.", name, strings.Join(got, ", ")))
		case fields[name] == nil:
		case err != nil:
			j.fail(e.place("headers"), "Wrong type", fmt.Sprintf("%s is no text.", name))
		case !found:
			j.fail(e.place("headers"), "Wrong header", fmt.Sprintf("The response should have %s: %s, and has none.", name, want))
		case want != strings.Join(got, ", "):
			j.fail(e.place("headers"), "Wrong header", fmt.Sprintf("%s should be %q, and is %q.", name, want, strings.Join(got, ", ")))
		}
	}
}

// differ reports two texts that differ.
func (j *judge) differ(at hcl.Range, summary, want, got string) {
	f := j.fail(at, summary, "")
	f.Diff = diffOf(want, got)
}

func diffOf(want, got string) string {
	return udiff.Unified("expected", "got", withLineEnd(want), withLineEnd(got))
}

func withLineEnd(text string) string {
	if text == "" || strings.HasSuffix(text, "\n") {
		return text
	}
	return text + "\n"
}

// judgeActions compares which actions ran: those of a run, or of all if it is "".
func (j *judge) judgeActions(e *expectation, run string) {
	if e.has("actions") {
		if got := j.actionsWhere(run, func(s *stepEnd) bool { return s.state != flow.Skipped && len(s.step.Traits.Lists) == 0 }); !slices.Equal(got, e.actions) {
			j.differ(e.place("actions"), "Other actions ran", listText(e.actions), listText(got))
		}
	}
	if e.has("skipped") {
		if got := j.actionsWhere(run, func(s *stepEnd) bool { return s.state == flow.Skipped }); !slices.Equal(got, e.skipped) {
			j.differ(e.place("skipped"), "Other actions were skipped", listText(e.skipped), listText(got))
		}
	}
	for _, action := range sortedKeys(e.attempts) {
		got := 0
		for _, s := range j.stage.steps {
			if s.step.Name == action && j.belongs(s, run) {
				got += s.attempts
			}
		}
		if want, err := expr.Convert[int](e.attempts[action]); err != nil || want != got {
			f := j.fail(e.place("attempts"), "Wrong number of attempts", fmt.Sprintf("Action %q should have %v, and has %d.", action, e.attempts[action], got))
			f.Action = j.placeOf(action)
		}
	}
}

func listText(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return strings.Join(list, "\n") + "\n"
}

// belongs reports whether a step is one of a run, or of any run of the tested flow
// if that is "".
func (j *judge) belongs(s *stepEnd, run string) bool {
	if run == "" {
		return j.findRun(s.run) != nil
	}
	return s.run == run
}

// actionsWhere returns the names of steps in the order in which they ended. Those
// that may run at the same time are in the order of SortConcurrent.
func (j *judge) actionsWhere(run string, choose func(*stepEnd) bool) []string {
	var chosen []*stepEnd
	for _, s := range j.stage.steps {
		if choose(s) && j.belongs(s, run) {
			chosen = append(chosen, s)
		}
	}
	SortConcurrent(chosen, j.test.reachable(), func(s *stepEnd) (*flow.Step, string) { return s.step, s.path })
	var names []string
	for _, s := range chosen {
		names = append(names, s.step.Name)
	}
	return names
}

// eval evaluates an expression of an expectation. ok is false if it is not set or
// fails, which is reported.
func (j *judge) eval(e *expr.Expr, at hcl.Range) (v any, ok bool) {
	if e == nil {
		return nil, false
	}
	v, err := e.Eval(context.Background(), j.outcome())
	if err != nil {
		j.failEval(err, at)
		return nil, false
	}
	return v, true
}

func (j *judge) failEval(err error, at hcl.Range) *Failure {
	if e, ok := err.(*expr.Error); ok { //nolint:errorlint // expressions return their own error
		return j.fail(e.Range, e.Summary, e.Detail)
	}
	return j.fail(at, "Expression without a value", err.Error())
}

// judgeAssertion evaluates a condition.
func (j *judge) judgeAssertion(a *assertion) {
	env := j.outcome()
	holds, err := a.condition.EvalOr(context.Background(), env, false)
	if err != nil {
		f := j.failEval(err, a.rng)
		f.Detail += j.describeMissing(a)
		f.Values = j.valuesOf(a, env)
		return
	}
	if holds {
		return
	}
	detail := ""
	if a.message.IsSet() {
		if detail, err = a.message.Eval(context.Background(), env); err != nil {
			detail = err.Error()
		}
	}
	f := j.fail(a.source.Range(), "Condition not met", detail)
	f.Values = j.valuesOf(a, env)
	f.Diff = j.diffSides(a, env)
	f.Action = j.actionOf(a)
}

// describeMissing names the actions that a condition reads and that did not run: their
// values are null.
func (j *judge) describeMissing(a *assertion) string {
	var out string
	for _, t := range a.source.Variables() {
		attr, ok := t[min(1, len(t)-1)].(hcl.TraverseAttr)
		if !ok || t.RootName() != "input" && t.RootName() != "action" {
			continue
		}
		if !slices.ContainsFunc(j.stage.steps, func(s *stepEnd) bool { return s.step.Name == attr.Name }) {
			out += fmt.Sprintf(" The action %q did not run.", attr.Name)
		}
	}
	return out
}

// formatJSON writes a value as indented JSON, equal numbers with the same digits.
func formatJSON(v any) string {
	text, err := value.Append(nil, withPlainNumbers(v))
	if err != nil {
		return err.Error()
	}
	var out bytes.Buffer
	if json.Indent(&out, text, "", "  ") != nil {
		return string(text)
	}
	return out.String()
}

// maxShown is how much of a value a report shows.
const maxShown = 400

func clip(text string) string {
	if len(text) <= maxShown {
		return text
	}
	return strings.ToValidUTF8(text[:maxShown], "") + "…"
}
