package storetest

import (
	"time"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/ulid"
	"github.com/webhook-gateway/gateway/store"
)

func recordTests() []test {
	return []test{
		{"records every field", recordsAll},
		{"records refused requests without a payload", recordsRefused},
		{"records many at once, with and without details", recordsMany},
		{"records all or none", recordsAllOrNone},
		{"records only runs that are over", recordsOver},
	}
}

// newEntry returns a run that took two seconds and is over.
func (f *fixture) newEntry(s store.State) *store.Entry {
	now := f.clock.Now()
	return &store.Entry{
		ID: ulid.New(now), Flow: "orders", Version: "v1", State: s, Started: now.Add(-2 * time.Second), Status: 200,
		Payload: store.Payload{Event: []byte("event"), Body: []byte("body")},
	}
}

func recordsAll(f *fixture) {
	e := f.newEntry(store.Failed)
	e.Finished, e.Attempt = f.clock.Now().Add(-time.Second), 3
	e.Cause = store.Cause{Reason: "timeout", Class: "transient", Action: "slack", Position: "a.hcl:1,2", Message: "too slow", Detail: `{"ä":1}`}
	e.Payload = store.Payload{Event: strangeBytes(), Body: strangeBytes(), Variables: strangeBytes(), Response: strangeBytes(), Output: strangeBytes()}
	e.Steps = []store.Step{f.newStep("a"), f.newStep("b")}
	e.Steps[1].Cause, e.Steps[1].State = e.Cause, flow.Failed
	f.ok(f.s.Record(f.ctx, e))
	f.same("the run", f.getRun(e.ID), &store.Run{
		Summary: store.Summary{
			ID: e.ID, Flow: "orders", State: store.Failed, Received: f.clock.Now(), Started: e.Started, Finished: e.Finished,
			Attempt: 3, Status: 200, Size: len(e.Body), Cause: e.Cause,
		},
		Payload: e.Payload, Steps: e.Steps, Version: "v1",
	})
	f.claimNone()
}

func recordsRefused(f *fixture) {
	e := &store.Entry{ID: ulid.New(f.clock.Now()), State: store.Refused, Status: 401, Cause: store.Cause{Reason: "unauthorized"}}
	f.ok(f.s.Record(f.ctx, e))
	f.same("the run", f.getRun(e.ID), &store.Run{Summary: store.Summary{
		ID: e.ID, State: store.Refused, Received: f.clock.Now(), Finished: f.clock.Now(), Attempt: 1, Status: 401, Cause: e.Cause,
	}})
}

// recordsMany records more runs than fit into one statement. Most have no
// payload, as under load.
func recordsMany(f *fixture) {
	var all []*store.Entry
	for i := range 60 {
		e := f.newEntry(store.Succeeded)
		switch i {
		case 20:
			e.Steps = []store.Step{f.newStep("a")}
		case 41:
			e.State, e.Cause = store.Failed, store.Cause{Message: "no"}
		default:
			e.Payload = store.Payload{}
		}
		all = append(all, e)
	}
	f.ok(f.s.Record(f.ctx, all...))
	for _, e := range all {
		f.same("the run", f.getRun(e.ID), &store.Run{
			Summary: store.Summary{
				ID: e.ID, Flow: "orders", State: e.State, Received: f.clock.Now(), Started: e.Started, Finished: f.clock.Now(),
				Attempt: 1, Status: 200, Size: len(e.Body), Cause: e.Cause,
			},
			Payload: e.Payload, Steps: e.Steps, Version: "v1",
		})
	}
	f.checkStats(store.StatsQuery{})
	f.is(f.s.Requeue(f.ctx, all[0].ID, store.RequeueOptions{FromStart: true}), store.ErrState) // there is nothing to run
	more := make([]*store.Entry, 20)
	for i := range more {
		more[i] = f.newEntry(store.Succeeded)
		more[i].Payload = store.Payload{}
	}
	more[7].ID = all[3].ID
	f.is(f.s.Record(f.ctx, more...), store.ErrExists)
	f.same("runs", len(f.listed(store.Filter{})), len(all))
	f.ok(f.s.Record(f.ctx, append(more[:7:7], more[8:]...)...))
}

func recordsAllOrNone(f *fixture) {
	known := f.accept()
	a, b := f.newEntry(store.Succeeded), f.newEntry(store.Succeeded)
	b.ID = known
	f.is(f.s.Record(f.ctx, a, b), store.ErrExists)
	f.same("runs", f.listed(store.Filter{}), []string{known})
	counts, err := f.s.Stats(f.ctx, store.StatsQuery{})
	f.ok(err)
	f.same("counts", counts, nil)
	f.ok(f.s.Record(f.ctx))
	f.ok(f.s.Record(f.ctx, a))
}

func recordsOver(f *fixture) {
	for _, s := range append(store.States(), 0, 99) {
		err := f.s.Record(f.ctx, f.newEntry(s))
		over := s >= store.Succeeded && s <= store.Ignored
		if (err == nil) != over {
			f.Errorf("recording a run that is %s: %v", s, err)
		}
	}
	e := f.newEntry(store.Succeeded)
	e.ID = "no id"
	if err := f.s.Record(f.ctx, e); err == nil {
		f.Error("recorded under no id")
	}
}
