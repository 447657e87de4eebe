package flowtest

import (
	"time"

	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/flow"
)

// Report is the result of a run of tests.
type Report struct {
	Results []*Result
	Took    time.Duration
	Tests   []string          // the names of all tests under the paths, chosen or not
	Files   map[string][]byte // flow files and test files, by their names in ranges
	Flows   []*flow.Flow      // that the paths hold, compiled with made-up secrets, in the order of the files
}

// Failed returns the number of failed tests.
func (r *Report) Failed() int {
	n := 0
	for _, t := range r.Results {
		if len(t.Failures) > 0 {
			n++
		}
	}
	return n
}

// Result is the result of one test.
type Result struct {
	*Case
	Failures []*Failure // none if it passed
	Skipped  string     // why it did not run
	Took     time.Duration
}

// Failure is why a test failed.
type Failure struct {
	Range   hcl.Range // of the test
	Summary string
	Detail  string
	Values  []Value    // that a condition used
	Diff    string     // of what was expected and what came
	Action  *hcl.Range // of the action in the flow; nil if there is none
}

// Value is a value that a condition read.
type Value struct{ Name, Text string }
