package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/webhook-gateway/gateway/store"
	"github.com/webhook-gateway/gateway/store/sqlite"
)

// The purges are measured beside few and beside many callers, who wait so long between
// requests.
const (
	fewCallers  = 4
	manyCallers = 64
	callerThink = 5 * time.Millisecond
	purgeTime   = 8 * time.Second
)

// purgeWhileServing prints how long callers of an async flow wait, alone and beside
// purges of the store in a folder.
func purgeWhileServing(s store.Store, dir string) error {
	g, _, end, err := serveFlows(s, "async.hcl", os.LookupEnv)
	if err != nil {
		return err
	}
	body, err := os.ReadFile("bench/flows/large.json")
	if err != nil {
		return errors.Join(err, end())
	}
	fmt.Printf("\n%-36s %9s %10s %8s %11s %12s %9s\n", "accepting", "requests", "median ms", "p99 ms", "slowest ms", "runs purged", "log MiB")
	size, err := s.Size(context.Background())
	if err != nil {
		return errors.Join(err, end())
	}
	// Beside each number of callers, the purge by age deletes another day.
	for n, callers := range []int{fewCallers, manyCallers} {
		for _, p := range []struct {
			name string
			keep store.Retention
		}{
			{"alone", store.Retention{}},
			{"beside a purge by age", store.Retention{Runs: historySpan - time.Duration(3*n+3)*day}},
			{"beside a purge by size", store.Retention{Bytes: size / 2}},
		} {
			m := purgeMeasurement{s: s, log: filepath.Join(dir, sqlite.FileName+"-wal"), keep: p.keep, callers: callers}
			if err := m.run(func() int { return send(g, body) }); err != nil {
				return errors.Join(err, end())
			}
			m.print(fmt.Sprintf("%d callers %s", callers, p.name))
		}
	}
	return end()
}

// purgeMeasurement is how long callers wait beside a purge.
type purgeMeasurement struct {
	s       store.Store
	log     string // the file of the write-ahead log
	keep    store.Retention
	callers int

	took   []time.Duration // sorted
	purged int
	logMax int64 // bytes
}

func (m *purgeMeasurement) run(send func() int) error {
	ctx, cancel := context.WithTimeout(context.Background(), purgeTime)
	defer cancel()
	purged := make(chan error, 1)
	go func() { purged <- m.purge(ctx) }()
	m.took = m.call(ctx, send)
	slices.Sort(m.took)
	return <-purged
}

// purge purges as the gateway does, until the context ends.
func (m *purgeMeasurement) purge(ctx context.Context) error {
	for m.keep != (store.Retention{}) && ctx.Err() == nil {
		p, err := m.s.Purge(context.WithoutCancel(ctx), m.keep)
		m.purged += p.Runs
		if info, err := os.Stat(m.log); err == nil {
			m.logMax = max(m.logMax, info.Size())
		}
		if err != nil || !p.More {
			return err
		}
		time.Sleep(10 * time.Millisecond)
	}
	return nil
}

// call sends requests until the context ends, and returns how long each took.
func (m *purgeMeasurement) call(ctx context.Context, send func() int) []time.Duration {
	all := make(chan []time.Duration, m.callers)
	for range m.callers {
		go func() {
			var took []time.Duration
			for ctx.Err() == nil {
				began := time.Now()
				send()
				took = append(took, time.Since(began))
				time.Sleep(callerThink)
			}
			all <- took
		}()
	}
	var took []time.Duration
	for range m.callers {
		took = append(took, <-all...)
	}
	return took
}

func (m *purgeMeasurement) print(name string) {
	n := len(m.took)
	fmt.Printf("%-36s %9d %10.2f %8.2f %11.2f %12d %9.1f\n", name, n,
		milliseconds(m.took[n/2]), milliseconds(m.took[n*99/100]), milliseconds(m.took[n-1]), m.purged, float64(m.logMax)/(1<<20))
}
