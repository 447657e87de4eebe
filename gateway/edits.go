package gateway

import (
	"context"
	"maps"
	"slices"
	"strings"

	"go.uber.org/zap"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/gateway/snapshot"
	"github.com/webhook-gateway/gateway/gateway/telemetry"
	"github.com/webhook-gateway/gateway/store"
)

// maxCheckedSteps bounds how many completed steps of a flow are compared with its
// files after an edit.
const maxCheckedSteps = 50_000

// edits warns of edits that concern runs which wait: they continue with the new
// files.
type edits struct {
	store store.History
	log   *telemetry.Log
	seen  map[string]seenFlow // by name, as of the last check; nil before the first
}

// seenFlow has the properties of a flow whose edits concern runs that wait.
type seenFlow struct {
	version, trigger string
	inputs           flow.Inputs
}

// warn compares a configuration that was put into service with the one of the last
// call. depths has the runs that are not over.
func (e *edits) warn(ctx context.Context, s *snapshot.Snapshot, depths []store.Depth) {
	now := make(map[string]seenFlow, len(s.Config.Flows))
	for _, f := range s.Config.Flows {
		now[f.Name] = seenFlow{f.Version, f.Kind, f.Parts.Inputs}
	}
	for _, d := range depths {
		runs := d.Queued + d.Waiting
		is, ok := now[d.Flow]
		was, known := e.seen[d.Flow]
		if !ok || runs == 0 || (known && is.version == was.version) {
			continue
		}
		if known {
			e.warnTrigger(d.Flow, was, is, runs)
		}
		e.warnRemoved(ctx, s, d.Flow, is.version)
	}
	e.seen = now
}

// warnTrigger warns if the flow is started by another kind of trigger, or requires
// variables that it did not require.
func (e *edits) warnTrigger(name string, was, is seenFlow, runs int) {
	if was.trigger != is.trigger {
		e.log.Warn("runs wait that another kind of trigger started; they keep the values with which they were accepted, and fail at an action that reads a value which only the new trigger gives",
			zap.String("flow", name), zap.String("was", was.trigger), zap.String("is", is.trigger), zap.Int("runs", runs))
		return
	}
	if added := addedRequired(was.inputs.List(), is.inputs.List()); len(added) > 0 {
		e.log.Warn("runs wait that were accepted without variables which are required now; a run fails if its request has no value for them",
			zap.String("flow", name), zap.Strings("variables", firstNames(added)), zap.Int("runs", runs))
	}
}

// addedRequired lists the required inputs that were not required before.
func addedRequired(was, is []flow.Input) []string {
	var out []string
	for _, in := range is {
		required := func(before flow.Input) bool { return before.Name == in.Name && before.Required }
		if in.Required && !slices.ContainsFunc(was, required) {
			out = append(out, in.Name)
		}
	}
	return out
}

// warnRemoved warns of actions that runs have completed and that are not in the
// flow now, or are of another kind.
func (e *edits) warnRemoved(ctx context.Context, s *snapshot.Snapshot, name, version string) {
	steps, err := e.store.CompletedSteps(ctx, name, maxCheckedSteps)
	if err != nil {
		e.log.Sampled.Warn("the completed actions of runs that wait can't be compared with the files", zap.String("flow", name), zap.Error(err))
		return
	}
	find := s.StepFinder(name)
	removed, runs := map[string]bool{}, map[string]bool{}
	for _, c := range steps {
		if c.Version == version {
			continue
		}
		if step := find(c.Path); step == nil || step.Kind != c.Kind {
			removed[c.Path[strings.LastIndexByte(c.Path, '/')+1:]], runs[c.Run] = true, true
		}
	}
	if len(removed) == 0 {
		return
	}
	e.log.Warn("runs wait that have completed actions which are not in the flow now; they continue with the actions that it has, and an action with a new name runs",
		zap.String("flow", name), zap.Strings("actions", firstNames(slices.Sorted(maps.Keys(removed)))),
		zap.Int("runs", len(runs)), zap.Bool("all_counted", len(steps) < maxCheckedSteps))
}

// maxListed is how many names a line of the log has.
const maxListed = 20

// firstNames returns the first names of a list, and a mark if there are more.
func firstNames(names []string) []string {
	if len(names) <= maxListed {
		return names
	}
	return append(slices.Clone(names[:maxListed]), "…")
}

// describeEdits lists the flows that were added, changed and removed, as fields of
// the log. A flow also changes with what it names.
func describeEdits(was, is []*flow.Flow) []zap.Field {
	versions := make(map[string]string, len(was))
	for _, f := range was {
		versions[f.Name] = f.Version
	}
	var added, changed, removed []string
	for _, f := range is {
		version, known := versions[f.Name]
		delete(versions, f.Name)
		switch {
		case !known:
			added = append(added, f.Name)
		case version != f.Version:
			changed = append(changed, f.Name)
		}
	}
	for _, f := range was {
		if _, left := versions[f.Name]; left {
			removed = append(removed, f.Name)
		}
	}
	var fields []zap.Field
	for _, list := range []struct {
		field string
		names []string
	}{{"added", added}, {"changed", changed}, {"removed", removed}} {
		if len(list.names) > 0 {
			fields = append(fields, zap.Strings(list.field, firstNames(list.names)))
		}
	}
	return fields
}
