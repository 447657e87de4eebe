package ops

import (
	"time"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/gateway/snapshot"
)

// FlowList is the list of flows that serve.
type FlowList struct {
	Flows []Flow `json:"flows"`
}

// Flow is a flow that serves.
type Flow struct {
	Name        string     `json:"name"`
	Label       string     `json:"label"`
	Description string     `json:"description,omitempty"`
	Enabled     bool       `json:"enabled"`
	Paused      *FlowPause `json:"paused,omitempty" doc:"Missing if the flow is not paused."`
	Version     string     `json:"version" doc:"Changes with the source of the flow and of what it names: locals, connections, secrets, files and called flows. Values of secrets and of the environment do not count."`
	Trigger     string     `json:"trigger"`
	File        string     `json:"file"`
	Line        int        `json:"line"`
	Methods     []string   `json:"methods,omitempty"`
	Path        string     `json:"path,omitempty" doc:"Pattern of the path, escaped as in a URL."`
	URL         string     `json:"url,omitempty"`
	Next        time.Time  `json:"next,omitzero" doc:"Next time of a schedule."`
	Tag         string     `json:"tag,omitempty" doc:"Tag that starts the flow."`
	Actions     []Action   `json:"actions" doc:"All actions in the order in which they are written, including nested ones."`
}

// Action is an action of a flow.
type Action struct {
	Kind string `json:"kind"`
	Name string `json:"name"`
	Line int    `json:"line"`
}

// Flows returns the flows that serve, in the order of the files.
func (s *Service) Flows() (FlowList, error) {
	snap := s.opts.Snapshots.Acquire()
	if snap == nil {
		return FlowList{}, errShuttingDown()
	}
	defer snap.Release()
	out := FlowList{Flows: []Flow{}}
	for _, f := range snap.Config.Flows {
		out.Flows = append(out.Flows, s.describeFlow(view{snap}, f))
	}
	return out, nil
}

func (s *Service) describeFlow(v view, f *flow.Flow) Flow {
	out := Flow{
		Name: f.Name, Label: v.redactText(f.Label), Description: v.redactText(f.Description), Enabled: f.Enabled,
		Version: f.Version, Trigger: f.Kind, File: f.Range.Filename, Line: f.Range.Start.Line, Actions: []Action{},
	}
	out.Paused = s.flowPause(v, f.Name)
	if e := v.Endpoints[f.Name]; e != nil && e.HTTP != nil {
		out.Methods, out.Path = e.HTTP.Route.Methods, snapshot.EscapePath(e.Path)
		out.URL = v.BaseURL() + out.Path
	}
	if c := f.Parts.Clock; c != nil && f.Enabled {
		out.Next = utc(c.Next(s.opts.Clock.Now()))
	}
	if t := f.Parts.Tag; t != nil {
		out.Tag = t.Tag
	}
	f.Walk(func(step *flow.Step) {
		out.Actions = append(out.Actions, Action{Kind: step.Kind, Name: step.Name, Line: step.Range.Start.Line})
	})
	return out
}
