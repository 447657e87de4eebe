package control

import (
	"context"
	"fmt"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/flow"
)

// Delay lets a run wait.
type Delay struct {
	duration expr.Of[time.Duration]
	fixed    *flow.Delay // nil if the length depends on the run
}

// maxDelay bounds a delay, so that a typo does not park a run for years.
const maxDelay = 366 * 24 * time.Hour

// Describe declares the fields, outputs and examples.
func (a *Delay) Describe(s *schema.Spec) {
	s.Doc = fmt.Sprintf("Pauses the run. A waiting run of an async flow occupies no worker and continues after a restart; a sync flow waits together with its caller.\n\nThe wait counts in the `timeout` of the action and of the actions around it, in the `timeout` of a sync trigger, and in the %d seconds of `on_error` in a sync flow. A delay that is longer is an error of `gateway validate`; if its length depends on the run, the action fails as timed out, at once in an async flow.",
		flow.CallerFallbackTime/time.Second)
	schema.Expr(s, &a.duration, "for", "How long, up to 366 days.", schema.Required())
	s.Output("waited", cty.Bool, "`true`.")
	s.Example(schema.Example{
		Title: "Wait for a moment",
		HCL:   `for = "1ms"`,
		Input: `{}`,
		Want:  `{"waited": true}`,
	})
	s.Check(a.checkLength)
}

func (a *Delay) checkLength(_ *schema.Context, d *schema.Decoded) hcl.Diagnostics {
	length, ok := a.duration.Constant()
	switch {
	case ok && length > maxDelay:
		return hcl.Diagnostics{d.Problem("for", "Delay too long", "A run waits for 366 days at most.")}
	case ok:
		a.fixed = &flow.Delay{For: length, Range: d.Range("for")}
	}
	return nil
}

// Traits tells the engine how to treat the action.
func (a *Delay) Traits() flow.Traits {
	return flow.Traits{Waits: true, OwnOutputs: true, Delay: a.fixed}
}

// Run does one attempt.
func (a *Delay) Run(ctx context.Context, c *flow.Call) (any, error) {
	length, err := a.duration.Eval(ctx, c)
	if err != nil {
		return nil, err
	}
	if length > maxDelay {
		return nil, &flow.Error{Class: flow.Invalid, Message: "a run waits for 366 days at most"}
	}
	return map[string]any{"waited": true}, c.Suspend(ctx, length)
}
