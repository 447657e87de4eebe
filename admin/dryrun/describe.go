package dryrun

import (
	"encoding/json"
	"fmt"
	"maps"
	"unicode/utf8"

	"github.com/webhook-gateway/gateway/admin/ops"
	"github.com/webhook-gateway/gateway/flowtest"
	"github.com/webhook-gateway/gateway/internal/redact"
	"github.com/webhook-gateway/gateway/internal/value"
)

const (
	maxActions = 1000    // of a dry run that are told
	maxValues  = 8 << 20 // bytes of the inputs, the outputs and the answer that are told
)

// room is how many bytes of values may still be told.
type room int

// take returns a value if it has room, and otherwise its size.
func (left *room) take(v json.RawMessage) json.RawMessage {
	if len(v) > int(*left) {
		return show(fmt.Sprintf("%d bytes, which are not shown", len(v)))
	}
	*left -= room(len(v))
	return v
}

// describe returns what happened, without what is hidden.
func describe(o *flowtest.Outcome) *ops.DryRun {
	out := &ops.DryRun{State: o.State, Cause: o.Cause}
	left := room(maxValues)
	if o.Response != nil {
		out.Status = o.Response.Status
		out.Body = left.take(showBody(o.Response.Body))
	}
	for _, f := range o.Faults {
		out.Notes = append(out.Notes, f.Summary+": "+f.Detail)
	}
	actions := o.Actions
	if len(actions) > maxActions {
		out.Notes = append(out.Notes, fmt.Sprintf("Only the first %d of %d actions are shown.", maxActions, len(actions)))
		actions = actions[:maxActions]
	}
	for _, a := range actions {
		out.Actions = append(out.Actions, left.describeAction(a))
		if a.Err != nil && out.Cause == a.Err.Message && out.Actions[len(out.Actions)-1].Error == redact.Placeholder {
			out.Cause = redact.Placeholder
		}
	}
	return out
}

func (left *room) describeAction(a flowtest.Ended) ops.DryAction {
	hidden := a.Step.HiddenParts()
	_, all := hidden["all"]
	out := ops.DryAction{Path: a.Path, Kind: a.Step.Kind, State: string(a.State), Outside: a.Step.ReachesOutside()}
	input := maps.Clone(a.Input)
	for name := range input {
		if _, hides := hidden[name]; all || hides {
			input[name] = redact.Placeholder
		}
	}
	if input != nil {
		out.Input = left.take(show(input))
	}
	switch {
	case a.Output == nil:
	case a.Step.HidesOutput():
		out.Output = show(redact.Placeholder)
	default:
		out.Output = left.take(show(a.Output))
	}
	if a.Err != nil {
		out.Error = a.Err.Message
		if _, hides := hidden["error"]; all || hides {
			out.Error = redact.Placeholder
		}
	}
	return out
}

func show(v any) json.RawMessage {
	text, err := value.Append(nil, v)
	if err != nil {
		return nil
	}
	return text
}

// showBody shows JSON as it is, and other bodies as text.
func showBody(body []byte) json.RawMessage {
	switch {
	case len(body) == 0:
		return nil
	case json.Valid(body):
		return body
	case utf8.Valid(body):
		return show(string(body))
	}
	return show(fmt.Sprintf("%d bytes that are no text", len(body)))
}
