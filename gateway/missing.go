package gateway

import (
	"context"

	"go.uber.org/zap"

	"github.com/webhook-gateway/gateway/gateway/run"
	"github.com/webhook-gateway/gateway/gateway/snapshot"
	"github.com/webhook-gateway/gateway/gateway/telemetry"
	"github.com/webhook-gateway/gateway/store"
)

// missingFlows warns of runs that wait for a flow which is not in the files: it
// was removed or renamed. They continue when a flow of that name is back. It also
// warns of edits that concern runs which wait.
type missingFlows struct {
	store     store.History
	snapshots *snapshot.Holder
	edits     edits
	known     func() []string // names of the flows whose runs can be executed
	log       *telemetry.Log
	changed   *run.Signal // a configuration was put into service
}

// Run warns at the start and after each reload, until the context ends.
func (m *missingFlows) Run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-m.changed.C():
			m.warn(ctx)
		}
	}
}

func (m *missingFlows) warn(ctx context.Context) {
	depths, err := m.store.Depths(ctx)
	if err != nil {
		m.log.Sampled.Warn("the runs of flows that are not in the files can't be counted", zap.Error(err))
		return
	}
	known := map[string]bool{}
	for _, name := range m.known() {
		known[name] = true
	}
	if s := m.snapshots.Acquire(); s != nil {
		m.edits.warn(ctx, s, depths)
		for _, f := range s.Config.Flows {
			known[f.RenamedFrom] = true // the adopter moves its runs
		}
		s.Release()
	}
	for _, d := range depths {
		if !known[d.Flow] {
			m.log.Warn("runs wait for a flow that is not in the files; restore the flow, write renamed_from in the flow that replaces it, or cancel them", zap.String("flow", d.Flow), zap.Int("runs", d.Queued+d.Waiting+d.Running))
		}
	}
}
