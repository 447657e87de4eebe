package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/ulid"
	"github.com/webhook-gateway/gateway/store"
)

// The history that is filled in: runs of twenty flows, and one in 100 000 of another,
// over less time than a gateway keeps them. Half of them are runs with a body of
// 512 bytes, an event and a step, evenly spread, as async flows and sync flows
// without haste leave them. The others are outcomes of sync flows under full load:
// 10 000 in a second, then none for a while.
const (
	historySpan  = 29 * 24 * time.Hour
	historyFlows = 20
	rareFlow     = "rare"
	rareEvery    = 100_000
	fillBatch    = 20_000
	burstTime    = time.Second // in which the outcomes of a batch come
)

func flowName(n int) string { return fmt.Sprintf("flow-%02d", n) }

// progress is how far a store is filled. A file beside it has it, so that an
// interrupted fill goes on.
type progress struct {
	Runs  int       // stored
	Of    int       // wanted
	Until time.Time // the time of the newest
}

// fillStore fills a store with runs, as far as it is not yet.
func fillStore(plan historyPlan) error {
	runs := plan.runs
	file, p := filepath.Join(plan.dir, "filled.json"), progress{Of: runs, Until: time.Now()}
	text, err := os.ReadFile(file)
	if err == nil {
		err = json.Unmarshal(text, &p)
	}
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if p.Of != runs {
		return fmt.Errorf("%s is being filled with %d runs", plan.dir, p.Of)
	}
	if p.Runs >= runs {
		return nil
	}
	s, err := plan.open()
	if err != nil {
		return err
	}
	defer s.Close() //nolint:errcheck // a failed write is known
	for began := time.Now(); p.Runs < runs; {
		f := filler{from: p.Until.Add(-historySpan), apart: historySpan / time.Duration(runs)}
		end := min(p.Runs+fillBatch, runs)
		for i := p.Runs; i < end; i++ {
			f.add(i)
		}
		if err := f.store(s); err != nil {
			return err
		}
		p.Runs = end
		if err := p.save(file); err != nil {
			return err
		}
		if end%1_000_000 == 0 {
			fmt.Printf("%9d runs after %4.0f s\n", end, time.Since(began).Seconds())
		}
	}
	return nil
}

func (p *progress) save(file string) error {
	text, err := json.Marshal(p)
	if err != nil {
		return err
	}
	return os.WriteFile(file, text, 0o600)
}

// filler makes a part of the history.
type filler struct {
	from     time.Time
	apart    time.Duration
	entries  []*store.Entry
	outcomes []store.Outcome
}

func (f *filler) add(n int) {
	at := f.from.Add(time.Duration(n) * f.apart)
	id, name, took := ulid.New(at), flowName(n/2%historyFlows), time.Duration(3+n%50)*time.Millisecond
	if n%rareEvery == 0 {
		name = rareFlow
	}
	if n%2 == 1 {
		at = f.from.Add(time.Duration(n/fillBatch*fillBatch)*f.apart + time.Duration(n%fillBatch)*burstTime/fillBatch)
		id = ulid.New(at)
		f.outcomes = append(f.outcomes, store.Outcome{ID: id, Flow: name, Version: "5f3a9c1e", Status: 200, Started: at, Finished: at.Add(took)})
		return
	}
	e := &store.Entry{ID: id, Flow: name, Version: "5f3a9c1e", State: store.Succeeded, Started: at, Finished: at.Add(took), Status: 202}
	e.Event, e.Body = []byte(`{"method":"POST","path":"/orders","headers":{"content-type":"application/json"},"remote_ip":"192.0.2.7"}`), historyBody(n)
	e.Steps = []store.Step{{
		Path: "reserve", Kind: "http", State: flow.Succeeded, Attempts: 1, Began: at, Took: took, Version: "5f3a9c1e",
		Input: []byte(`{"method":"POST","url":"https://stock.example.com/reserve"}`), Output: []byte(`{"status":200,"body":{"reserved":true}}`),
	}}
	switch n / 2 % 997 {
	case 1, 2, 3, 4, 5:
		e.State, e.Cause = store.Failed, store.Cause{Class: "transient", Action: "reserve", Message: fmt.Sprintf("it answered 503 to order %d", n)}
	case 6:
		e.State, e.Cause = store.Failed, store.Cause{Reason: "timeout", Class: "transient", Action: "reserve", Message: "it did not answer"}
	case 7:
		e.State = store.Cancelled
	}
	f.entries = append(f.entries, e)
}

func (f *filler) store(s store.Store) error {
	if err := s.RecordOutcomes(context.Background(), f.outcomes); err != nil {
		return err
	}
	return s.Record(context.Background(), f.entries...)
}

// historyBody is a body of 512 bytes.
func historyBody(n int) []byte {
	b := fmt.Appendf(nil, `{"order_id":"A-%d","customer":{"name":"Customer %d","city":"Berlin"},"lines":[`, n, n%9973)
	b = append(b, bytes.Repeat([]byte(`{"sku":"X","n":1},`), (500-len(b))/18)...)
	return append(bytes.TrimSuffix(b, []byte(",")), `]}`...)
}
