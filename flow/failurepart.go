package flow

import (
	"slices"
	"time"

	"github.com/hashicorp/hcl/v2"
)

// AnyFlow stands for all flows in FailurePart.Flows.
const AnyFlow = "*"

// FailurePart starts runs when runs of other flows have failed for good.
type FailurePart struct {
	Flows []WatchedFlow
	// A window begins with the first failure that is in no other one, and starts one
	// run: at the failure number After, or at its end if it is a digest.
	After  int
	Length time.Duration
	Digest bool
	// Event makes the event of a window.
	Event func(Failures) Event
}

// WatchedFlow is the name of a flow whose failures count.
type WatchedFlow struct {
	Name  string // AnyFlow for all
	Range hcl.Range
}

// Watches reports whether failures of a flow count.
func (p *FailurePart) Watches(name string) bool {
	return slices.ContainsFunc(p.Flows, func(w WatchedFlow) bool { return w.Name == AnyFlow || w.Name == name })
}

// Failures are the failures of a window.
type Failures struct {
	Flow   string // "" if they are of several flows
	Count  int
	Causes []FailureCause
	Runs   []string // ids of the first runs
}

// FailureCause are failures of a flow that have one cause.
type FailureCause struct {
	Flow    string
	Action  string // "" if no action failed
	Message string
	Count   int
}
