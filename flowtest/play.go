package flowtest

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/store"
)

// maxVirtualTime bounds how long a test waits for its runs on its own clock.
const maxVirtualTime = 400 * 24 * time.Hour

// play is the course of one test.
type play struct {
	suite *suite
	test  *Case
	stage *stage
	lab   *lab
	began time.Time

	responses map[string]*Response // by the name of the stimulus
	last      *Response
	scenes    []*scene
	seen      map[string]bool // ids of runs that belong to earlier scenes
	runs      []*store.Run    // of the flow, in the order in which they were received
}

// scene is one stimulus that happened.
type scene struct {
	stimulus *stimulus
	response *Response // nil unless it is a request
	run      string    // the id; "" if there is none
}

// runCase runs a test in a bubble. It gives up on one that takes too long.
func (s *suite) runCase(ctx context.Context, c *Case) *Result {
	r := &Result{Case: c}
	switch {
	case c.skip != "":
		r.Skipped = c.skip
		return r
	case ctx.Err() != nil:
		r.Skipped = "interrupted"
		return r
	}
	began := s.Clock.Now()
	done := make(chan []*Failure, 1)
	go func() { done <- s.playCase(c) }()
	limit := s.Clock.NewTimer(maxRealTime)
	defer limit.Stop()
	select {
	case r.Failures = <-done:
	case <-limit.C():
		r.Failures = []*Failure{{Range: c.Range, Summary: "Test without an end", Detail: fmt.Sprintf("The test has not ended after %s: it computes without a pause.", maxRealTime)}}
	}
	r.Took = clock.Since(s.Clock, began)
	return r
}

func (s *suite) playCase(c *Case) []*Failure {
	config := s.configFor(c.settings)
	if config.diags.HasErrors() {
		return loadFailures(c, config.diags)
	}
	p := &play{suite: s, test: c, stage: newStage(c, s.Observer), responses: map[string]*Response{}, seen: map[string]bool{}}
	if _, err := s.image(); err != nil { // before the bubble: all tests share it
		return []*Failure{{Range: c.Range, Summary: "No store", Detail: diag.Sentence(err)}}
	}
	var failed *Failure
	err := runBubble(c.now, func() { failed = p.perform(config) })
	switch {
	case err != nil:
		return []*Failure{{Range: c.Range, Summary: "The test can't run", Detail: err.Error()}}
	case failed != nil:
		return append(p.stage.faults, failed)
	}
	return p.judge()
}

// loadFailures reports flow files that have errors with the settings of the test.
func loadFailures(c *Case, diags hcl.Diagnostics) []*Failure {
	var out []*Failure
	for _, d := range diag.Sort(diags) {
		if d.Severity != hcl.DiagError {
			continue
		}
		f := &Failure{Range: c.Range, Summary: d.Summary, Detail: d.Detail + " Secrets and variables have values of the test: give others by secrets = { NAME = \"…\" } and env = { NAME = \"…\" }."}
		if d.Subject != nil {
			f.Range = *d.Subject
		}
		out = append(out, f)
	}
	return out
}

// perform lets everything happen. The failure says why the test could not go on.
// It uses no context from outside of the bubble, whose channels must not leave it.
func (p *play) perform(config *configuration) *Failure {
	l, err := openLab(p.suite, servedConfig(config.load, p.test.flowName), p.stage, p.test.crash)
	if err != nil {
		return &Failure{Range: p.test.Range, Summary: "The gateway does not start", Detail: diag.Sentence(err)}
	}
	p.lab, p.began = l, l.clock.Now()
	defer func() { _ = l.close() }() // a store in memory has nothing to lose
	for _, s := range p.test.stimuli {
		if failed := p.pass(s.advance); failed != nil {
			return failed
		}
		if failed := p.stimulate(context.Background(), s); failed != nil {
			return failed
		}
	}
	return p.finish()
}

// env gives requests the responses of earlier ones.
func (p *play) env() expr.Env {
	responses := map[string]any{}
	for name, r := range p.responses {
		responses[name] = r.value()
	}
	return mockEnv{"response": p.last.value(), "responses": responses, "secret": p.suite.secretValues(p.test.settings)}
}

// pass lets time pass, and another gateway take over if this one dies meanwhile.
func (p *play) pass(d time.Duration) *Failure {
	settle()
	for end := p.lab.clock.Now().Add(d); ; {
		if p.lab.drop.happened() {
			if err := p.lab.takeOver(); err != nil {
				return &Failure{Range: p.test.crash.rng, Summary: "No gateway takes over", Detail: diag.Sentence(err)}
			}
			settle()
			continue
		}
		left := clock.Until(p.lab.clock, end)
		if left <= 0 {
			return nil
		}
		timer := p.lab.clock.NewTimer(left)
		select {
		case <-timer.C():
		case <-p.lab.drop.news:
			timer.Stop()
		}
		settle()
	}
}

// finish waits until all runs are over, reads them, and reports a crash that never
// came.
func (p *play) finish() *Failure {
	for step := time.Millisecond; ; step = min(2*step, time.Hour) {
		if failed := p.pass(0); failed != nil {
			return failed
		}
		open, err := p.openRuns()
		if err != nil {
			return &Failure{Range: p.test.Range, Summary: "The runs can't be read", Detail: diag.Sentence(err)}
		}
		if open == nil {
			break
		}
		if clock.Since(p.lab.clock, p.began) > maxVirtualTime {
			return &Failure{Range: p.test.Range, Summary: "Run without an end", Detail: p.describeEndless(open)}
		}
		if failed := p.pass(step); failed != nil {
			return failed
		}
	}
	if err := p.readRuns(); err != nil {
		return &Failure{Range: p.test.Range, Summary: "The runs can't be read", Detail: diag.Sentence(err)}
	}
	if k := p.test.crash; k != nil && !p.crashed() {
		return &Failure{Range: k.rng, Summary: "The crash did not come", Detail: fmt.Sprintf("No run came to the action %q.", k.after+k.during)}
	}
	return nil
}

// crashed reports whether a gateway was dropped.
func (p *play) crashed() bool { return p.lab.dropped }

// stateOf describes the state of open runs.
func stateOf(d *store.Depth) string {
	switch {
	case d.Running > 0:
		return "running"
	case d.Waiting > 0:
		return "waiting"
	}
	return "queued"
}

// describeEndless says in which state a run of a flow stays, and why its last attempt
// failed.
func (p *play) describeEndless(d *store.Depth) string {
	text := fmt.Sprintf("After %d days a run of flow %q is still %s.", int(maxVirtualTime.Hours()/24), d.Flow, stateOf(d))
	open := store.Filter{Flows: []string{d.Flow}, States: []store.State{store.Queued, store.Waiting, store.Running}}
	page, err := p.lab.store.List(context.Background(), store.ListQuery{Filter: open, Limit: 1})
	if err == nil && len(page.Runs) > 0 && page.Runs[0].Cause.Message != "" {
		text += " Its last attempt failed: " + page.Runs[0].Cause.Message + "."
	}
	return text
}

// openRuns returns the runs of a flow that has any that are not over.
func (p *play) openRuns() (*store.Depth, error) {
	depths, err := p.lab.store.Depths(context.Background())
	for i, d := range depths {
		if d.Queued+d.Waiting+d.Running > 0 {
			return &depths[i], err
		}
	}
	return nil, err
}

// readRuns reads the runs of the flow, the oldest first.
func (p *play) readRuns() error {
	ctx := context.Background()
	q := store.ListQuery{Filter: store.Filter{Flows: []string{p.test.flowName}}, Limit: store.MaxPage}
	for {
		page, err := p.lab.store.List(ctx, q)
		if err != nil {
			return err
		}
		for _, s := range page.Runs {
			r, err := p.lab.store.Get(ctx, s.ID)
			if err != nil {
				return err
			}
			p.runs = append([]*store.Run{r}, p.runs...)
		}
		if page.Next == "" {
			return nil
		}
		q.After = page.Next
	}
}

// findRun returns the run with an id, nil if there is none.
func (p *play) findRun(id string) *store.Run {
	for _, r := range p.runs {
		if strings.EqualFold(r.ID, id) {
			return r
		}
	}
	return nil
}
