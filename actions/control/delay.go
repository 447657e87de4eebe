package control

import (
	"context"
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
}

// maxDelay bounds a delay, so that a typo does not park a run for years.
const maxDelay = 366 * 24 * time.Hour

// Describe declares the fields, outputs and examples.
func (a *Delay) Describe(s *schema.Spec) {
	s.Doc = "Pauses the run. A waiting run of an async flow occupies no worker and continues after a restart; a sync flow waits together with its caller."
	schema.Expr(s, &a.duration, "for", "How long, up to 366 days.", schema.Required())
	s.Output("waited", cty.Bool, "`true`.")
	s.Example(schema.Example{
		Title: "Wait for a moment",
		HCL:   `for = "1ms"`,
		Input: `{}`,
		Want:  `{"waited": true}`,
	})
	s.Check(func(_ *schema.Context, d *schema.Decoded) hcl.Diagnostics {
		if length, ok := a.duration.Constant(); ok && length > maxDelay {
			return hcl.Diagnostics{d.Problem("for", "Delay too long", "A run waits for 366 days at most.")}
		}
		return nil
	})
}

// Traits tells the engine how to treat the action.
func (*Delay) Traits() flow.Traits { return flow.Traits{Waits: true, OwnOutputs: true} }

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
