package flowtest

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

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

// Try runs the first test of Options.Text and tells what happened. It has no bound of
// time: a flow that computes without a pause never ends.
func Try(o Options) (*Outcome, hcl.Diagnostics, error) {
	s := loadSuite(o)
	if s.diags.HasErrors() || len(s.cases) == 0 {
		return nil, s.diags, nil
	}
	return s.tryCase(s.cases[0])
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
