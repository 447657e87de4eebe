package ops

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/value"
)

// FlowDetail is a flow with its source and figures.
type FlowDetail struct {
	Flow
	Mode      string      `json:"mode,omitempty" doc:"Of an endpoint: sync callers wait for the run, async callers do not."`
	Auth      []string    `json:"auth" doc:"Kinds of the auth blocks. A caller needs to pass one of them; if there is none, each caller is accepted."`
	Variables []Variable  `json:"variables" doc:"Declared variables."`
	Ticks     []time.Time `json:"next_ticks" doc:"The next times of a schedule."`
	FlowFigures
	Since  time.Time  `json:"requests_since" doc:"Requests and durations are counted by this process, from this time on."`
	Queue  QueueDepth `json:"queue"`
	Source Source     `json:"source"`
}

// Variable is a declared variable of a flow.
type Variable struct {
	Name        string `json:"name"`
	Description string `json:"description,omitempty"`
	Type        string `json:"type"`
	Required    bool   `json:"required"`
	Sensitive   bool   `json:"sensitive" doc:"The value is in no log, history or answer."`
	Place       string `json:"place" doc:"Place in the request or the input, such as webhook.body.email."`
	Rules       string `json:"rules,omitempty" doc:"As in the file: min = 1, format = \"email\"."`

	Example json.RawMessage `json:"example,omitempty" doc:"A value that fits the type and the rules, such as the default."`
}

// maxTicks is the number of next times that a flow shows.
const maxTicks = 5

// FlowDetail returns a flow with its source and figures.
func (s *Service) FlowDetail(ctx context.Context, name string) (FlowDetail, error) {
	snap := s.opts.Snapshots.Acquire()
	if snap == nil {
		return FlowDetail{}, errShuttingDown()
	}
	defer snap.Release()
	v := view{snap}
	f := v.findFlow(name)
	if f == nil {
		return FlowDetail{}, v.missingFlow(name)
	}
	figures := s.collectFigures(ctx)
	out := FlowDetail{
		Flow: s.describeFlow(v, f), Auth: []string{}, Variables: []Variable{}, Ticks: s.nextTicks(f),
		FlowFigures: figures.of(name), Since: figures.since(s.opts.Process.Status().Started),
		Queue: QueueDepth{Flow: name}, Source: v.showSource(f),
	}
	if h := f.Parts.HTTP; h != nil {
		out.Mode, out.Auth = "sync", append(out.Auth, h.Auth...)
		if h.Async {
			out.Mode = "async"
		}
	}
	for _, in := range f.Parts.Inputs.List() {
		out.Variables = append(out.Variables, v.showVariable(&in))
	}
	_, queues := s.queueStatus()
	for _, d := range queues {
		if d.Flow == name {
			out.Queue = d
		}
	}
	return out, nil
}

func (v view) showVariable(in *flow.Input) Variable {
	out := Variable{
		Name: in.Name, Description: v.redactText(in.Description), Type: in.Type, Required: in.Required, Sensitive: in.Sensitive,
		Place: v.redactText(in.Place), Rules: v.redactText(in.Rules),
	}
	if in.Example != nil {
		if text, err := value.Append(nil, in.Example()); err == nil {
			out.Example = v.showStored(text)
		}
	}
	return out
}

// findFlow returns a flow of the configuration; nil if there is none.
func (v view) findFlow(name string) *flow.Flow {
	for _, f := range v.Config.Flows {
		if f.Name == name {
			return f
		}
	}
	return nil
}

func (v view) missingFlow(name string) *Error {
	names := make([]string, 0, len(v.Config.Flows))
	for _, f := range v.Config.Flows {
		names = append(names, f.Name)
	}
	message := fmt.Sprintf("there is no flow %q in the files", v.redactText(name))
	if near := diag.Nearest(name, names); near != "" {
		message += fmt.Sprintf("; did you mean %q?", near)
	}
	return &Error{Kind: NotFound, Message: message}
}

// nextTicks returns the next times of a schedule.
func (s *Service) nextTicks(f *flow.Flow) []time.Time {
	out := []time.Time{}
	if f.Parts.Clock == nil || !f.Enabled {
		return out
	}
	for at := f.Parts.Clock.Next(s.opts.Clock.Now()); !at.IsZero() && len(out) < maxTicks; at = f.Parts.Clock.Next(at) {
		out = append(out, at.UTC())
	}
	return out
}
