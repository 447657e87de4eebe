package flow

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/internal/trace"
)

// Run is one execution of a flow. A Run serves one call of Execute.
type Run struct {
	ID      string
	Attempt int // from 1
	Started time.Time
	Flow    *Flow
	Event   Event

	Journal  Journal        // makes the run durable; NoJournal if nil
	Clock    clock.Clock    // the machine's clock if nil
	Logger   Logger         // takes the lines of action "log"; nil drops them
	Services Services       // of the gateway
	Links    expr.LinkMaker // for link_url; nil if no links can be made
	// Harness stands in for the world outside in tests of flows; nil otherwise.
	Harness Harness
	Chance  Chance // chooses the waits before further attempts
	// Redaction hides the sensitive values of the run in texts; nil hides none.
	Redaction Redaction
	// Abandoned counts the computations of the run that do not end in time; they
	// are not counted if it is nil.
	Abandoned Abandoned
	// Memory counts the values that the run makes; they are not counted if it is
	// nil.
	Memory Memory
	// Span is the span of the run, below which the spans of its actions are; nil
	// records none.
	Span *trace.Span

	// Stop ends when the gateway waits no longer for a run whose caller waits. Its
	// on_error list ends then, or is not begun. nil never ends.
	Stop context.Context

	// CanSuspend: a wait ends this attempt of the run instead of blocking it.
	CanSuspend bool
	// AwaitsStore: actions that need the gateway's store wait while it is
	// unavailable, because the run is stored and must not be lost.
	AwaitsStore bool
	// AtOnce: an action or a condition that does not end at once fails the run, and
	// nothing is tried again. See Flow.EndsAtOnce.
	AtOnce bool
	// RecordInputs: records of steps hold the values of the actions' fields.
	RecordInputs bool

	depth      int             // number of flows that run this one as a part of theirs
	prefix     string          // of the paths of its steps
	passedOver bool            // a failure of this flow does not fail the run
	life       context.Context // of the whole run; set by Execute
	stepClock  *stepClock      // set by Execute
	iterations *atomic.Int64   // number so far, see MaxIterations; set by Execute
	abandoned  *atomic.Int64   // computations that still run; set by Execute
}

// Logger takes the lines that flows write to the log.
type Logger interface {
	// Log writes a line of an action at level "debug", "info", "warn" or "error".
	Log(action, level, message string, fields map[string]any)
	// LogRetry writes that an attempt of an action failed and that another one
	// follows after a wait.
	LogRetry(c *Call, e *Error, wait time.Duration)
}

// Redaction hides sensitive values of a run in logs and history, wherever they
// stand. It is safe for concurrent use.
type Redaction interface {
	// Redact hides the texts of a value from now on.
	Redact(v any)
	// Reveal shows the texts of a value again, which the file passed to
	// nonsensitive.
	Reveal(v any)
}

// Record is the result of one step.
type Record struct {
	Flow     *Flow // of the run, or a flow that runs as a part of it
	Step     *Step
	Path     string // see Call.Path
	State    State  // Succeeded, Failed, Skipped, Suspended or SuspendedInside
	EndedRun bool   // the action, or one inside it, ended the run
	// PassedOver: the action failed, and the run goes on by on_error = "continue".
	PassedOver bool
	Attempts   int
	Started    time.Time
	Took       time.Duration
	Wait       time.Duration  // of a suspended step: the length of its wait; inside: from Started to the end of the wait
	Input      map[string]any // see Run.RecordInputs
	Output     any
	Err        *Error
	Earlier    *FailedAttempts // of this call, before the last one; nil for none
}

// State is the state of a run or of a step.
type State string

// The states in which runs and steps end.
const (
	Succeeded State = "succeeded"
	Failed    State = "failed"
	Skipped   State = "skipped"
)

// Outcome is the result of a run.
type Outcome struct {
	State    State
	Response *Response     // nil if no respond was reached
	Output   any           // of action "stop"
	Message  string        // of action "stop"
	Err      *Error        // why the run failed; nil if it did not, or if stop says so
	EndedBy  *Step         // the action that ended the run or its on_error list early; nil for none
	Wait     time.Duration // of a suspended run: when it continues
}

// runType and flowType are the types of the names that every flow may read.
var (
	runType = cty.Object(map[string]cty.Type{
		"id": cty.String, "attempt": cty.Number, "started_at": cty.String,
	})
	flowType = cty.Object(map[string]cty.Type{
		"name": cty.String, "label": cty.String,
	})
	anyOutput = cty.DynamicPseudoType
	errorType = cty.Object(map[string]cty.Type{
		"action": cty.String, "message": cty.String, "class": cty.String, "status": cty.Number, "body": cty.DynamicPseudoType,
	})
)

func (r *Run) runValue() map[string]any {
	return map[string]any{
		"id":         r.ID,
		"attempt":    r.Attempt,
		"started_at": r.Started.UTC().Format(time.RFC3339Nano),
	}
}

func (r *Run) flowValue() map[string]any {
	return map[string]any{"name": r.Flow.Name, "label": r.Flow.Label}
}

// Value returns the value of a root name before any action ran: the run is the
// environment of a trigger's configured response.
func (r *Run) Value(root string) any { return (&frame{run: r}).Value(root) }

// MakeLink returns the link of a contact to a flow.
func (r *Run) MakeLink(flow, email string) (string, error) {
	if r.Links == nil {
		return "", errors.New("links can be made only where the gateway serves")
	}
	return r.Links.MakeLink(flow, email)
}

var _ expr.LinkMaker = (*Run)(nil)
