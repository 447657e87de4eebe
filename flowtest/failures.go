package flowtest

import (
	"context"
	"fmt"

	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/flow"
)

// failures holds the attributes of a block "failure".
type failures struct {
	flow   string
	count  int
	causes expr.Of[[]any]
	runs   []string
}

func (f *failures) describe(sp *schema.Spec) {
	f.count = 1
	sp.Doc = "Runs of other flows have failed, as many as start the flow."
	schema.Attr(sp, &f.flow, "flow", "The flow whose runs failed, `failure.flow`. By default they are of several flows, and it is null; if the trigger names one flow, they are of that.")
	schema.Attr(sp, &f.count, "count", "How many runs failed, `failure.count`.")
	schema.Expr(sp, &f.causes, "causes", "The causes, `failure.causes`: objects with `flow`, `message`, and if need be `action` and `count`.")
	schema.Attr(sp, &f.runs, "runs", "The ids of the runs, `failure.runs`.")
}

// fail starts the flow for failures of other flows.
func (p *play) fail(ctx context.Context, s *stimulus, sc *scene) error {
	f := &s.fields.failure
	given, err := f.causes.EvalOr(ctx, p.env(), nil)
	if err != nil {
		return err
	}
	report := flow.Failures{Flow: f.flow, Count: f.count, Runs: f.runs}
	for i, c := range given {
		cause, err := causeOf(c)
		if err != nil {
			return fmt.Errorf("causes[%d]: %w", i, err)
		}
		report.Causes = append(report.Causes, cause)
	}
	sc.run, err = p.lab.gateway.StartForFailures(ctx, p.test.flowName, report)
	return err
}

// causeOf returns a cause as the file gives it.
func causeOf(given any) (flow.FailureCause, error) {
	out := flow.FailureCause{Count: 1}
	members, err := expr.Convert[map[string]any](given)
	if err != nil {
		return out, err
	}
	for name, v := range members {
		if v == nil {
			continue
		}
		switch name {
		case "flow":
			out.Flow, err = expr.Convert[string](v)
		case "action":
			out.Action, err = expr.Convert[string](v)
		case "message":
			out.Message, err = expr.Convert[string](v)
		case "count":
			out.Count, err = expr.Convert[int](v)
		default:
			err = fmt.Errorf("a cause has flow, action, message and count, and no %q", name)
		}
		if err != nil {
			return out, fmt.Errorf("%s: %w", name, err)
		}
	}
	return out, nil
}
