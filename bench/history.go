package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/store"
	"github.com/webhook-gateway/gateway/store/postgres"
	"github.com/webhook-gateway/gateway/store/sqlite"
)

// pageRuns is how many runs a page has that is measured.
const pageRuns = 50

// readRounds is how often each read is done.
const readRounds = 40

// historyPlan is the history that is measured.
type historyPlan struct {
	runs int
	dir  string // "" is a temporary folder
	url  string // of a PostgreSQL database; "" for SQLite
	only string // "reads" or "purge" measures one of the two
}

// readHistory fills a store with runs, opens it while nothing of it is in memory, and
// prints how long its pages, filters and statistics take. Then it purges by age and by
// size while a flow accepts requests.
func readHistory(p historyPlan) error {
	if p.dir == "" {
		var err error
		if p.dir, err = os.MkdirTemp("", "gateway-history-"); err != nil {
			return err
		}
		defer os.RemoveAll(p.dir) //nolint:errcheck // a temporary folder
	}
	if err := fillStore(p); err != nil {
		return err
	}
	dropFromMemory(filepath.Join(p.dir, sqlite.FileName))
	began := time.Now()
	s, err := p.open()
	if err != nil {
		return err
	}
	defer s.Close() //nolint:errcheck // nothing is left to write
	opened := time.Since(began)
	if _, err := s.List(context.Background(), store.ListQuery{Limit: pageRuns}); err != nil {
		return err
	}
	took := time.Since(began)
	size, err := s.Size(context.Background())
	if err != nil {
		return err
	}
	fmt.Printf("%d runs in %.2f GB; opened cold in %.1f ms, with the first page in %.1f ms\n\n", p.runs, float64(size)/1e9, milliseconds(opened), milliseconds(took))
	if p.only != "purge" {
		if err := measureReads(s); err != nil {
			return err
		}
	}
	if p.only == "reads" {
		return nil
	}
	return purgeWhileServing(s, p.dir)
}

// open opens the store.
func (p historyPlan) open() (store.Store, error) {
	if p.url != "" {
		return postgres.Open(context.Background(), p.url, postgres.Options{Clock: clock.System{}})
	}
	return sqlite.Open(sqlite.Options{Dir: p.dir, Clock: clock.System{}})
}

func measureReads(s store.Store) error {
	reads, err := historyReads(s)
	if err != nil {
		return err
	}
	fmt.Printf("%-46s %9s %11s %12s\n", "", "cold ms", "median ms", "slowest ms")
	for _, r := range reads {
		if err := r.measure(); err != nil {
			return fmt.Errorf("%s: %w", r.name, err)
		}
	}
	return nil
}

// historyRead is one kind of read. Each call of read may differ.
type historyRead struct {
	name string
	read func(ctx context.Context, round int) error
}

func (r historyRead) measure() error {
	var took []time.Duration
	for round := range readRounds {
		began := time.Now()
		if err := r.read(context.Background(), round); err != nil {
			return err
		}
		took = append(took, time.Since(began))
	}
	first := took[0]
	slices.Sort(took)
	fmt.Printf("%-46s %9.2f %11.2f %12.2f\n", r.name, milliseconds(first), milliseconds(took[len(took)/2]), milliseconds(took[len(took)-1]))
	return nil
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
