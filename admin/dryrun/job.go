package dryrun

import (
	"context"
	"fmt"
	"sync"

	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/admin/ops"
	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/config/load"
	"github.com/webhook-gateway/gateway/flowtest"
)

// Job is the work of a dry run: a test of flow files.
type Job struct {
	Paths []load.Path
	Text  string            // the test file
	Env   map[string]string // the variables that the flow files read
}

// Result is what a job came to: a run, or what is wrong with the files.
type Result struct {
	Run     *ops.DryRun
	Finding string
}

// Runner executes a job. Its errors are of type *ops.Error if an operator should
// read them.
type Runner func(context.Context, *Job) (*Result, error)

// InProcess executes jobs in this process, without a bound of time or memory. The
// options name the file system, the kinds and the clock.
func InProcess(o flowtest.Options) Runner {
	return func(_ context.Context, j *Job) (*Result, error) {
		o.Paths, o.Text = j.Paths, []byte(j.Text)
		o.Env = func(name string) (string, bool) {
			text, ok := j.Env[name]
			return text, ok
		}
		outcome, diags, err := flowtest.Try(o)
		switch {
		case err != nil:
			return nil, fmt.Errorf("running a flow in memory: %w", err)
		case diags.HasErrors():
			return &Result{Finding: firstError(diags)}, nil
		}
		return &Result{Run: describe(outcome)}, nil
	}
}

// variables looks up variables of the environment, and notes those that are set.
type variables struct {
	env  func(string) (string, bool)
	mu   sync.Mutex
	read map[string]string
}

func newVariables(env func(string) (string, bool)) *variables {
	return &variables{env: env, read: map[string]string{}}
}

func (v *variables) lookUp(name string) (string, bool) {
	if v.env == nil {
		return "", false
	}
	text, ok := v.env(name)
	if ok {
		v.mu.Lock()
		defer v.mu.Unlock()
		v.read[name] = text
	}
	return text, ok
}

// firstError returns the first error among findings, with its place.
func firstError(diags hcl.Diagnostics) string {
	for _, d := range diag.Sort(diags) {
		if d.Severity != hcl.DiagError {
			continue
		}
		at := ""
		if d.Subject != nil {
			at = fmt.Sprintf("%s:%d: ", d.Subject.Filename, d.Subject.Start.Line)
		}
		return at + d.Summary + ": " + d.Detail
	}
	return "the flow files have errors"
}
