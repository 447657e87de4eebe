package flowtest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/flow"
)

// Outcome is what happened in the first test of a text, without a judgement.
type Outcome struct {
	Response *Response // nil if no request was answered
	State    string    // of the run; "" if none started
	Cause    string    // why the run failed
	Actions  []Ended
	Faults   []*Failure // of mocks
}

// Ended is an action that ended.
type Ended struct {
	Step   *flow.Step
	Path   string
	State  flow.State
	Input  map[string]any
	Output any
	Err    *flow.Error
}

// ErrNoEnd is the error of a test that takes too long on the clock of the machine.
var ErrNoEnd = errors.New("the flow did not end in time: it computes without a pause")

// Try runs the first test of Options.Text and tells what happened. It returns after
// the time with ErrNoEnd; then the test may continue. ended is called when nothing
// of the test runs any longer.
func Try(ctx context.Context, o Options, limit time.Duration, ended func()) (*Outcome, hcl.Diagnostics, error) {
	s := loadSuite(o)
	if s.diags.HasErrors() || len(s.cases) == 0 {
		ended()
		return nil, s.diags, nil
	}
	type result struct {
		outcome *Outcome
		diags   hcl.Diagnostics
		err     error
	}
	done := make(chan result, 1)
	go func() {
		defer ended()
		outcome, diags, err := s.tryCase(s.cases[0])
		done <- result{outcome, diags, err}
	}()
	timer := o.Clock.NewTimer(limit)
	defer timer.Stop()
	select {
	case r := <-done:
		return r.outcome, r.diags, r.err
	case <-timer.C():
		return nil, nil, ErrNoEnd
	case <-ctx.Done():
		return nil, nil, ctx.Err()
	}
}

func (s *suite) tryCase(c *Case) (*Outcome, hcl.Diagnostics, error) {
	config := s.configFor(c.settings)
	if config.diags.HasErrors() {
		return nil, config.diags, nil
	}
	p := &play{suite: s, test: c, stage: newStage(c, s.Observer), responses: map[string]*Response{}, seen: map[string]bool{}}
	if _, err := s.image(); err != nil { // before the bubble: all tests share it
		return nil, nil, fmt.Errorf("opening a store in memory: %w", err)
	}
	var failed *Failure
	if err := runBubble(c.now, func() { failed = p.perform(config) }); err != nil {
		return nil, nil, err
	}
	out := p.tried()
	if failed != nil {
		out.Faults = append(out.Faults, failed)
	}
	return out, nil, nil
}

// tried returns what happened.
func (p *play) tried() *Outcome {
	out := &Outcome{Response: p.last, Faults: p.stage.faults}
	if r := p.lastRun(); r != nil {
		out.State, out.Cause = r.State.String(), r.Cause.Message
	}
	for _, s := range p.stage.steps {
		out.Actions = append(out.Actions, Ended{s.step, s.path, s.state, s.input, plain(s.output), s.err})
	}
	return out
}

// Stubs returns mocks of a test file for the actions of flows that reach outside:
// each gives outputs of the declared types.
func Stubs(o Options, flows []*flow.Flow) string {
	s := &suite{Options: o}
	blocks := map[string]string{}
	for _, f := range flows {
		f.Walk(func(step *flow.Step) {
			if step.ReachesOutside() && blocks[step.Name] == "" {
				blocks[step.Name] = mockBlock(step, s.specOf(step.Kind))
			}
		})
	}
	list := make([]string, 0, len(blocks))
	for _, b := range blocks {
		list = append(list, b)
	}
	slices.SortFunc(list, cmp.Compare[string])
	return strings.Join(list, "\n") + "\n"
}
