package fromrun

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/webhook-gateway/gateway/config/format"
	"github.com/webhook-gateway/gateway/config/literal"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/flowtest"
	"github.com/webhook-gateway/gateway/internal/redact"
)

// Options say how a test is written.
type Options struct {
	// Flow is the flow of the run, as the files have it now.
	Flow *flow.Flow
	// Flows are all flows, with those that it calls.
	Flows []*flow.Flow
	// Actions are the kinds of actions.
	Actions []flow.Kind
	// Inputs also expects of each call outside that its fields have the values that
	// they had in the run.
	Inputs bool
}

// Test is a test that was written.
type Test struct {
	Name string
	Text string   // of a test file, in the canonical format
	Gaps []string // what the history does not hold, so that the test lacks it
	// Startless says that the history hides what started the run.
	Startless bool
}

// Write writes the test.
func Write(r *Run, o Options) (*Test, error) {
	w := &writer{run: r, Options: o, name: fmt.Sprintf("run %s", r.ID)}
	w.line("test %s {", literal.Text(w.name))
	w.line("flow = %s", literal.Text(o.Flow.Name))
	w.line("now = %s", literal.Text(w.begin().UTC().Format(time.RFC3339Nano)))
	if err := w.writeStart(); err != nil {
		return nil, err
	}
	w.writeMocks()
	w.writeExpectations()
	if o.Inputs {
		w.writeInputs()
	}
	w.line("}")
	text, diags := format.Source("run.test.hcl", w.out.Bytes())
	if diags.HasErrors() {
		return nil, fmt.Errorf("the test can't be written: %w", diags)
	}
	return &Test{Name: w.name, Text: w.comments() + string(text), Gaps: w.gaps, Startless: w.startless}, nil
}

// Mocks returns the mocks of the test: what the actions got from outside.
func Mocks(r *Run, o Options) (text string, gaps []string) {
	w := &writer{run: r, Options: o}
	w.writeMocks()
	return w.out.String(), w.gaps
}

// writer writes one test.
type writer struct {
	Options
	run  *Run
	name string
	out  bytes.Buffer
	gaps []string

	startless bool
}

func (w *writer) line(text string, args ...any) { fmt.Fprintf(&w.out, text+"\n", args...) }

// gap notes something that the test lacks.
func (w *writer) gap(text string, args ...any) {
	note := printable(fmt.Sprintf(text, args...))
	if !slices.Contains(w.gaps, note) {
		w.gaps = append(w.gaps, note)
	}
}

// printable replaces what does not print, which a terminal could obey.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if !strconv.IsPrint(r) {
			return ' '
		}
		return r
	}, text)
}

// comments returns the gaps as comments at the top of the file.
func (w *writer) comments() string {
	var b strings.Builder
	for _, g := range w.gaps {
		fmt.Fprintf(&b, "# %s\n", g)
	}
	return b.String()
}

// literal writes a value of the run. Values that the history hides are a gap.
func (w *writer) literal(v any, what string) string {
	text := literal.Value(v)
	if strings.Contains(text, redact.Placeholder) {
		w.gap("The history hides values of %s: put others in place of %q.", what, redact.Placeholder)
	}
	return text
}

// outcome writes a value that came of the run. The run of the test has another id,
// which takes the place of the one in the value.
func (w *writer) outcome(v any, what string) string {
	return withRunID(w.literal(v, what), w.run.ID)
}

// writeExpectations writes what came of the run.
func (w *writer) writeExpectations() {
	r := w.run
	w.line("expect {")
	if r.Request != nil && r.Status != 0 {
		w.line("status = %d", r.Status)
	}
	if r.Response != nil && r.Request != nil {
		w.writeExpectedBody(r.Response)
	}
	w.line("run = %s", literal.Text(r.State))
	w.line("actions = %s", literal.Value(w.actions(func(s Step) bool { return s.State != string(flow.Skipped) })))
	if skipped := w.actions(func(s Step) bool { return s.State == string(flow.Skipped) }); len(skipped) > 0 {
		w.line("skipped = %s", literal.Value(skipped))
	}
	w.line("}")
}

func (w *writer) writeExpectedBody(r *Response) {
	text, isText := decode(r.Body.Body).(string)
	switch {
	case isText && text == redact.Placeholder:
		w.gap("The history hides the body of the response, so that the test does not expect one.")
	case r.Encoding == "json" && r.Status < 400:
		w.line("json = %s", w.outcome(decode(r.Body.Body), "the response"))
	case r.Encoding == "text" && isText && r.Status < 400:
		w.line("body = %s", w.outcome(text, "the response"))
	}
}

// actions lists the names of actions in the order in which they ended, without
// those that only hold others, and those that are gone.
func (w *writer) actions(choose func(Step) bool) []any {
	steps := slices.Clone(w.run.Steps)
	slices.SortStableFunc(steps, func(a, b Step) int { return cmp.Compare(endOf(a), endOf(b)) })
	steps = slices.DeleteFunc(steps, func(s Step) bool {
		current := w.find(s)
		return current == nil || len(current.Traits.Lists) > 0 || !choose(s)
	})
	flowtest.SortConcurrent(steps, append([]*flow.Flow{w.Flow}, w.Flows...), func(s Step) (*flow.Step, string) { return w.find(s), s.Path })
	names := []any{}
	for _, s := range steps {
		names = append(names, nameOf(s))
	}
	return names
}

func endOf(s Step) int64 {
	return s.Began.Add(time.Duration(s.Took * float64(time.Second))).UnixNano()
}

// nameOf returns the name of the action of a step, the last part of its path.
func nameOf(s Step) string { return s.Path[strings.LastIndexByte(s.Path, '/')+1:] }

// find returns the action of a step as the files have it now, nil if it is gone.
func (w *writer) find(s Step) *flow.Step {
	var found *flow.Step
	for _, f := range append([]*flow.Flow{w.Flow}, w.Flows...) {
		f.Walk(func(current *flow.Step) {
			if found == nil && current.Name == nameOf(s) && current.Kind == s.Kind {
				found = current
			}
		})
	}
	return found
}

// writeInputs expects the fields that each call outside had, by the path of the
// call.
func (w *writer) writeInputs() {
	for _, s := range w.run.Steps {
		current := w.find(s)
		if current == nil || !current.ReachesOutside() || s.State == string(flow.Skipped) {
			continue
		}
		fields, ok := decode(s.Input).(map[string]any)
		if !ok || s.CutFrom > 0 {
			w.gap("The history holds no complete input of action %q, so that it is not compared.", s.Path)
			continue
		}
		for _, name := range slices.Sorted(maps.Keys(fields)) {
			text := literal.Value(fields[name])
			if strings.Contains(text, redact.Placeholder) {
				continue // what is hidden can't be compared
			}
			text = withRunID(text, w.run.ID)
			each := strings.Join(slices.Repeat([]string{text}, 1+failedBefore(s)), ", ")
			w.line("assert {\ncondition = [for c in %s : %s if c.path == %s] == [%s]", member("calls", nameOf(s)), member("c.input", name), literal.Text(s.Path), each)
			w.line("message = %s\n}", literal.Text(fmt.Sprintf("action %s gets another %q", s.Path, name)))
		}
	}
}

// failedBefore counts the attempts of a call before the last one.
func failedBefore(s Step) int {
	n := 0
	for _, a := range s.Earlier {
		if a.Message != "" {
			n++
		}
	}
	return n
}

// member writes a member of a value.
func member(of, name string) string {
	if text := literal.Name(name); text == name {
		return of + "." + name
	}
	return of + "[" + literal.Text(name) + "]"
}
