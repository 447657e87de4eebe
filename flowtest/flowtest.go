// Package flowtest runs the tests of flows: blocks `test` in files *.test.hcl
// beside the flow files.
//
// A test runs a whole gateway: the endpoint, the worker, the schedules and a store
// in memory are those of production, and one function runs the flow, as always.
// Only two things differ. Actions that reach outside get what a mock says in place
// of their effect (see flow.Harness and stage), and time is that of a bubble of
// package testing/synctest, which passes at once while all wait (see bubble.go).
//
// A run of tests has four parts:
//
//   - load.go reads the test files; case.go, request.go, starters.go, mock.go,
//     crash.go and expect.go declare their language.
//   - play.go makes the requests of one test and waits for its runs. lab.go starts,
//     drops and stops the gateways.
//   - stage.go gives the answers of the mocks and records the calls of actions.
//   - judge.go compares what happened with what the test expects.
//
// Package report.go and the files text.go, json.go, junit.go and github.go write
// the results.
package flowtest

import (
	"context"
	"io/fs"
	"regexp"
	"runtime"
	"sync"
	"time"

	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/config/load"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/clock"
)

// Options say which tests run, and how.
type Options struct {
	// FS holds the files. Its root is where absolute paths begin.
	FS fs.FS
	// Paths are the files and folders with the flows and their tests.
	Paths []load.Path
	// Text, if not nil, is a test file that is read in place of those under the paths.
	Text  []byte
	Kinds flow.Kinds
	// Connections are the kinds of connections.
	Connections []flow.ConnectionKind
	Version     string
	// Env, if set, looks up variables of the environment that a test does not set.
	Env func(name string) (string, bool)
	// Match chooses tests by their names; nil chooses all.
	Match *regexp.Regexp
	// RefuseOnly makes `only` an error, as in a pipeline, where it would hide tests.
	RefuseOnly bool
	// Parallel is how many tests run at once; the number of processors if it is 0.
	Parallel int
	Clock    clock.Clock
	// Observer, if set, learns what the tests reach.
	Observer Observer
	// Progress, if set, is called after each test, by one goroutine at a time.
	Progress func(done, total int)
}

// Observer learns what tests reach in the flows, such as for coverage. Tests run at
// the same time, so it must be safe for concurrent use. Flows and steps of tests
// with different secrets are different values that stand at the same places of the
// files: compare their ranges.
type Observer interface {
	// Ended takes the record of a step that ended, was skipped or failed in a test.
	// The output of a branch has the case that was taken. A step with Attempts 0
	// that is not skipped was restored from an earlier attempt of its run.
	Ended(f *flow.Flow, r *flow.Record)
	// Accepted takes a request of a test that the flow accepted.
	Accepted(f *flow.Flow, response *Response)
	// Refused takes a request of a test that the flow refused: a response 401 or 403
	// is a refusal of its checks, one of 422 lists the faults of its variables.
	Refused(f *flow.Flow, response *Response)
}

// Run reads and runs the tests. The findings are those of the files; with errors no
// test has run.
func Run(ctx context.Context, o Options) (*Report, hcl.Diagnostics) {
	if o.Clock == nil {
		o.Clock = clock.System{}
	}
	began := o.Clock.Now()
	s := loadSuite(o)
	r := &Report{Files: s.sources, Flows: s.listed, Tests: s.names()}
	if s.diags.HasErrors() {
		return r, s.diags
	}
	r.Results = s.runCases(ctx)
	r.Took = clock.Since(o.Clock, began)
	return r, s.diags
}

// Flows returns the flows under the paths, compiled with made-up secrets, and their
// files by their names in findings.
func Flows(o Options) ([]*flow.Flow, map[string][]byte, hcl.Diagnostics) {
	if o.Clock == nil {
		o.Clock = clock.System{}
	}
	o.Text = []byte{} // no test is read
	s := loadSuite(o)
	return s.listed, s.sources, s.diags
}

// Names returns the names of the tests under the paths, as far as their files can
// be read.
func Names(o Options) []string {
	if o.Clock == nil {
		o.Clock = clock.System{}
	}
	return loadSuite(o).names()
}

func (s *suite) names() []string {
	var out []string
	for _, c := range s.cases {
		out = append(out, c.Name)
	}
	return out
}

// Check reads the test files and returns their findings, but not those of the flow
// files. It runs nothing.
func Check(o Options) (files map[string][]byte, diags hcl.Diagnostics) {
	if o.Clock == nil {
		o.Clock = clock.System{}
	}
	s := loadSuite(o)
	if s.flowsFailed {
		return s.sources, nil
	}
	return s.sources, s.diags
}

// runCases runs the chosen tests on several processors. The results are in the
// order of the files.
func (s *suite) runCases(ctx context.Context) []*Result {
	chosen := s.chosenCases()
	results := make([]*Result, len(chosen))
	var mu sync.Mutex
	done, next := 0, 0
	take := func() int {
		mu.Lock()
		defer mu.Unlock()
		next++
		return next - 1
	}
	report := func() {
		mu.Lock()
		defer mu.Unlock()
		done++
		if s.Progress != nil {
			s.Progress(done, len(chosen))
		}
	}
	var wait sync.WaitGroup
	parallel := s.Parallel
	if parallel <= 0 {
		parallel = runtime.GOMAXPROCS(0)
	}
	for range min(parallel, len(chosen)) {
		wait.Go(func() {
			for i := take(); i < len(chosen); i = take() {
				results[i] = s.runCase(ctx, chosen[i])
				report()
			}
		})
	}
	wait.Wait()
	return results
}

// maxRealTime bounds the time that one test may take on the clock of the machine.
const maxRealTime = 30 * time.Second
