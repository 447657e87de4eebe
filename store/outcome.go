package store

import (
	"errors"
	"fmt"
	"time"

	"github.com/webhook-gateway/gateway/internal/trace"
)

// Outcome is how a run of a sync flow went that succeeded, if nothing else of it is
// stored. It holds nothing that a caller has sent but the id of a trace, so Erase has
// nothing to erase in it. Engines store many outcomes in one row, see package outcomes.
type Outcome struct {
	ID       string
	Flow     string
	Version  string // of the flow
	Status   int    // of the response
	Started  time.Time
	Finished time.Time
	// Trace is the trace that the run belongs to, if it is sampled. Its State is not
	// stored.
	Trace trace.Context
}

// Validate returns the id of an outcome, or an error if it is not valid.
func (o *Outcome) Validate() (ID, error) {
	id, err := ParseID(o.ID)
	switch {
	case err != nil:
	case o.Flow == "":
		err = errors.New("the outcome has no flow")
	case o.Started.IsZero(), o.Finished.IsZero():
		err = fmt.Errorf("the outcome of run %s needs both times", o.ID)
	case o.Status < 0:
		err = fmt.Errorf("the outcome of run %s has the status %d", o.ID, o.Status)
	}
	return id, err
}

// Run returns the run of an outcome as History.Get returns it.
func (o *Outcome) Run() (*Run, error) {
	id, err := ParseID(o.ID)
	if err != nil {
		return nil, err
	}
	traced := trace.Context{Trace: o.Trace.Trace, Span: o.Trace.Span, Sampled: true}
	return &Run{Version: o.Version, Payload: Payload{Trace: traced.Encode()}, Summary: Summary{
		ID: o.ID, Flow: o.Flow, State: Succeeded, Received: id.Time(), Started: o.Started, Finished: o.Finished, Attempt: 1, Status: o.Status,
	}}, nil
}
