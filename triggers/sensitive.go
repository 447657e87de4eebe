package triggers

import (
	"net/http"
	"slices"

	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/triggers/input"
)

// findSensitive returns the function Parts.Sensitive of a trigger; nil if it has no
// sensitive variable. eventPath is the path below root of the value that jq programs
// read by default. holds reports whether another part of the event holds the value
// of a variable.
func findSensitive(root string, eventPath []string, variables []*input.Variable, holds func(v *input.Variable, path []string) bool) func(expr.Ref) *flow.SensitiveInput {
	sensitive := slices.DeleteFunc(slices.Clone(variables), func(v *input.Variable) bool { return !v.Sensitive })
	if len(sensitive) == 0 {
		return nil
	}
	return func(ref expr.Ref) *flow.SensitiveInput {
		path := ref.Path
		switch ref.Root {
		case expr.EventInput:
			path = eventPath
		case root, "":
		default:
			return nil
		}
		for _, v := range sensitive {
			if len(path) == 0 || path[0] == v.Name || holds(v, path) {
				return &flow.SensitiveInput{Name: expr.Ref{Root: root, Path: []string{v.Name}}.String(), Range: v.Range}
			}
		}
		return nil
	}
}

// holdsVariable reports whether a part of the request, named without its root, holds
// the value of a variable.
func holdsVariable(v *input.Variable, path []string) bool {
	part, below, steps := path[0], path[1:], v.From.Steps
	if v.From.Text != nil {
		steps = v.From.Text.At.Steps
	}
	switch v.From.Part {
	case input.PartHeader:
		return part == "headers" && (len(below) == 0 || http.CanonicalHeaderKey(below[0]) == http.CanonicalHeaderKey(steps[0].Name))
	case input.PartQuery:
		return part == "url" || part == "query" && overlaps(steps, below)
	case input.PartPath:
		return part == "url" || part == "path" && overlaps(steps, below)
	}
	return part == "raw" || part == "body" && overlaps(steps, below)
}

// overlaps reports whether one of two places of a value holds the other.
func overlaps(steps []input.Step, path []string) bool {
	for i := range min(len(steps), len(path)) {
		if !steps[i].IsIndex && steps[i].Name != path[i] {
			return false
		}
	}
	return true
}

// sensitiveParts tells which parts of requests hold values of sensitive variables:
// the body, and all others.
func (w *webhook) sensitiveParts() (body, others bool) {
	for _, v := range w.variables {
		if !v.Sensitive {
			continue
		}
		switch v.From.Part {
		case input.PartHeader, input.PartQuery, input.PartPath:
			others = true
		default:
			body = true
		}
	}
	return body, others
}

// hidesPart reports whether a part of requests holds values of sensitive variables.
func (w *webhook) hidesPart(part string) bool {
	body, others := w.sensitiveParts()
	if part == input.PartBody || part == input.PartRaw {
		return body
	}
	return others
}

// isSensitiveSegment reports whether a variable is a segment of the path that must
// stay out of the record.
func isSensitiveSegment(v *input.Variable) bool {
	return v.Sensitive && v.From.Part == input.PartPath
}

// SensitiveValues returns the values of sensitive variables.
func (e *requestEvent) SensitiveValues() []any {
	var out []any
	for i, v := range e.webhook.variables {
		if v.Sensitive && i < len(e.variables) {
			out = append(out, e.variables[i])
		}
	}
	return out
}

func sensitiveExample() schema.Example {
	return schema.Example{
		Title: "Keep a value of the request out of logs and history",
		HCL: `trigger "webhook" {
  path = "/payouts"

  variable "iban" {
    type      = string
    sensitive = true
  }
  variable "amount" {
    type = number
  }
}`,
		Input: `{"iban": "DE02120300000000202051", "amount": 12.5}`,
	}
}
