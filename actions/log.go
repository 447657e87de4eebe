package actions

import (
	"context"

	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/redact"
)

// logLine writes a line to the gateway's log.
type logLine struct {
	level   string
	message expr.Of[string]
	fields  expr.Of[map[string]any]
}

func (l *logLine) Describe(s *schema.Spec) {
	l.level = "info"
	s.Doc = "Writes a line to the gateway's log, with the names of the flow, the run and the action. Values that read a secret are hidden."
	schema.Attr(s, &l.level, "level", "The level of the line.", schema.OneOf("debug", "info", "warn", "error"))
	schema.Expr(s, &l.message, "message", "The text of the line.", schema.Required(), schema.Nullable())
	schema.Expr(s, &l.fields, "fields", "Further values, by name.")
	s.Example(schema.Example{
		Title: "Log a request",
		HCL:   "message = \"order ${webhook.body.order}\"\nfields = {\n  total = webhook.body.total\n}",
		Input: `{"order": "A-1", "total": 12.5}`,
		Want:  `{}`,
	})
}

// Traits reports that the action can be repeated.
func (*logLine) Traits() flow.Traits { return flow.Traits{Pure: true, OwnOutputs: true} }

func (l *logLine) Run(ctx context.Context, c *flow.Call) (any, error) {
	message, err := l.message.EvalOr(ctx, c, "")
	if err != nil {
		return nil, err
	}
	fields, err := l.fields.EvalOr(ctx, c, nil)
	if err != nil {
		return nil, err
	}
	if c.Step.Sensitive || l.message.Expr().Sensitive() {
		message = redact.Placeholder
	}
	if l.fields.IsSet() && (c.Step.Sensitive || l.fields.Expr().Sensitive()) {
		fields = map[string]any{"fields": redact.Placeholder}
	}
	c.Log(l.level, message, fields)
	return map[string]any{}, nil
}
