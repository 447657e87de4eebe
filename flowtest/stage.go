package flowtest

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/clock"
)

// stage is the world outside of the gateways of one test: it gives the answers of
// the mocks, and records what the actions do.
type stage struct {
	test     *Case
	observer Observer

	mu     sync.Mutex
	used   map[*mock]int
	calls  []*call            // of actions that reach outside, in order
	inputs map[string]*inputs // of the last attempt of each action, by run and path

	sending map[string]*flow.HTTPRequest // the last of each action, by run and path

	steps  []*stepEnd // in the order in which they ended
	byPath map[string]*stepEnd
	faults []*Failure
}

// inputs are the values of the fields of one attempt.
type inputs struct {
	attempt int
	values  map[string]any
}

// call is one call of an action that reaches outside.
type call struct {
	step    *flow.Step
	run     string
	path    string
	key     string
	attempt int // of the action, in its attempt of the run
	at      time.Time
	input   map[string]any
	request *flow.HTTPRequest // nil for kinds that send none
	output  any
	err     *flow.Error
}

// stepEnd is how a step ended, the last time.
type stepEnd struct {
	step     *flow.Step
	flow     *flow.Flow
	run      string
	path     string
	state    flow.State
	attempts int // of all attempts of the run
	output   any
	input    map[string]any
	err      *flow.Error
}

func newStage(c *Case, o Observer) *stage {
	return &stage{test: c, observer: o, used: map[*mock]int{}, inputs: map[string]*inputs{}, sending: map[string]*flow.HTTPRequest{}, byPath: map[string]*stepEnd{}}
}

// actor is the harness of one gateway on the stage. A gateway that was dropped
// changes nothing any more.
type actor struct {
	*stage
	drop   *drop
	during string // the action whose effect drops the gateway; "" for none
}

var _ flow.Harness = (*actor)(nil)

func keyOf(c *flow.Call) string { return c.IdempotencyKey() }

// Input records a field of an attempt.
func (a *actor) Input(c *flow.Call, name string, v any) {
	if a.drop.happened() {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	in := a.inputs[keyOf(c)]
	if in == nil || in.attempt != c.Attempt {
		in = &inputs{attempt: c.Attempt, values: map[string]any{}}
		a.inputs[keyOf(c)] = in
	}
	in.values[name] = v
}

// StandIn answers a call by a mock.
func (a *actor) StandIn(ctx context.Context, c *flow.Call) (*flow.Answer, error) {
	if a.drop.happened() {
		a.drop.hang(ctx)
		return nil, context.Canceled
	}
	made := a.startCall(c)
	m, err := a.chooseMock(ctx, c, made)
	if err == nil && m != nil && m.takes > 0 {
		err = clock.Sleep(ctx, c.Clock(), m.takes)
	}
	var answer *flow.Answer
	switch {
	case err != nil:
	case m == nil:
		err = a.missingMock(c.Step)
	case m.fail != nil && m.http && m.fail.status != 0:
		answer = &flow.Answer{HTTP: &flow.HTTPAnswer{Status: m.fail.status}}
	case m.fail != nil:
		err = m.fail.build()
	default:
		answer, err = a.evaluate(ctx, m, c, made)
	}
	if a.during != "" && a.during == c.Step.Name && a.drop.begin() {
		a.drop.hang(ctx)
		return nil, context.Canceled
	}
	if err != nil {
		a.mu.Lock()
		made.err = flow.AsError(err)
		a.mu.Unlock()
	}
	return answer, err
}

// startCall records a call.
func (a *actor) startCall(c *flow.Call) *call {
	a.mu.Lock()
	defer a.mu.Unlock()
	made := &call{step: c.Step, run: c.Run().ID, path: c.Path(), key: c.IdempotencyKey(), attempt: c.Attempt, at: c.Clock().Now(), input: map[string]any{}, request: a.sending[keyOf(c)]}
	if in := a.inputs[keyOf(c)]; in != nil {
		maps.Copy(made.input, in.values)
	}
	a.calls = append(a.calls, made)
	return made
}

// mockEnv has the names that the expressions of mocks read.
type mockEnv map[string]any

// Value returns a root name.
func (e mockEnv) Value(root string) any { return e[root] }

func (a *actor) envOf(c *flow.Call, made *call) expr.Env {
	a.mu.Lock()
	defer a.mu.Unlock()
	number := 0
	for _, o := range a.calls {
		if o.step.Name == c.Step.Name {
			number++
		}
	}
	return mockEnv{
		"secret": a.test.file.suite.secretValues(a.test.settings),
		"input":  made.input, "each": c.Value("each"),
		"call": map[string]any{"number": number, "attempt": c.Attempt, "key": made.key, "path": made.path},
	}
}

// chooseMock returns the mock for a call: of those whose condition is true the first
// that answered none yet, else the last.
func (a *actor) chooseMock(ctx context.Context, c *flow.Call, made *call) (*mock, error) {
	env := a.envOf(c, made)
	var chosen *mock
	for _, m := range a.test.mocks[c.Step.Name] {
		if m.when.IsSet() {
			holds, err := m.when.EvalOr(ctx, env, false)
			if err != nil {
				return nil, a.mockFault(m, err)
			}
			if !holds {
				continue
			}
		}
		chosen = m
		a.mu.Lock()
		unused := a.used[m] == 0
		a.mu.Unlock()
		if unused {
			break
		}
	}
	if chosen != nil {
		a.mu.Lock()
		a.used[chosen]++
		a.mu.Unlock()
	}
	return chosen, nil
}

func (a *actor) evaluate(ctx context.Context, m *mock, c *flow.Call, made *call) (*flow.Answer, error) {
	answer, err := m.answer(ctx, a.envOf(c, made))
	if err != nil {
		return nil, a.mockFault(m, err)
	}
	return answer, nil
}

// mockFault reports a mock that can't be evaluated, and fails the action.
func (a *actor) mockFault(m *mock, err error) error {
	f := &Failure{Range: m.rng, Summary: fmt.Sprintf("The mock of %q can't answer", m.name), Detail: err.Error()}
	if e, ok := err.(*expr.Error); ok { //nolint:errorlint // expressions return their own error
		f.Range, f.Detail = e.Range, e.Detail
	}
	a.addFault(f)
	return &flow.Error{Class: flow.Permanent, Message: "its mock can't answer"}
}

// missingMock reports an action that has no mock, once, and fails the action.
func (a *actor) missingMock(step *flow.Step) error {
	block := mockBlock(step, a.test.file.suite.specOf(step.Kind))
	summary, detail := "Action without a mock", fmt.Sprintf("Action %q of kind %q reaches outside, and the test has no mock for it. Add one:\n\n%s", step.Name, step.Kind, indent(block))
	if len(a.test.mocks[step.Name]) > 0 {
		summary, detail = "No mock for this call", fmt.Sprintf("No mock of action %q has a condition that is true for this call. Add one without when for all other calls.", step.Name)
	}
	a.addFault(&Failure{Range: a.test.Range, Summary: summary, Detail: detail, Action: &step.Range})
	return &flow.Error{Class: flow.Permanent, Message: "the test has no mock for the action"}
}

func indent(text string) string { return "  " + strings.ReplaceAll(text, "\n", "\n  ") }

func (s *stage) addFault(f *Failure) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !slices.ContainsFunc(s.faults, func(o *Failure) bool { return o.Summary == f.Summary && o.Detail == f.Detail }) {
		s.faults = append(s.faults, f)
	}
}

// Ended records how a step ended.
func (a *actor) Ended(c *flow.Call, r *flow.Record) {
	if a.drop.happened() {
		return
	}
	if a.observer != nil {
		a.observer.Ended(r.Flow, r)
	}
	if r.State == flow.SuspendedInside || r.State == flow.Suspended {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	key := keyOf(c)
	end := a.byPath[key]
	if end != nil && r.Attempts == 0 && r.State != flow.Skipped {
		return // an earlier attempt of the run ended it
	}
	if end == nil {
		end = &stepEnd{run: c.Run().ID, path: r.Path}
		a.byPath[key] = end
	} else {
		a.steps = slices.DeleteFunc(a.steps, func(s *stepEnd) bool { return s == end })
	}
	end.step, end.flow, end.state, end.output, end.err = r.Step, r.Flow, r.State, r.Output, r.Err
	end.attempts += r.Attempts
	if in := a.inputs[key]; in != nil {
		end.input = in.values
	}
	a.steps = append(a.steps, end)
	if last := a.lastCall(key); last != nil && r.State == flow.Succeeded {
		last.output = r.Output
	}
}

func (s *stage) lastCall(key string) *call {
	for i := len(s.calls) - 1; i >= 0; i-- {
		if s.calls[i].key == key {
			return s.calls[i]
		}
	}
	return nil
}
