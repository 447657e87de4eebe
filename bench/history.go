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
	"github.com/webhook-gateway/gateway/store/sqlite"
)

// pageRuns is how many runs a page has that is measured.
const pageRuns = 50

// readRounds is how often each read is done.
const readRounds = 40

// readHistory fills a SQLite store with runs, opens it while nothing of it is in
// memory, and prints how long its pages, filters and statistics take. Then it purges
// by age and by size while a flow accepts requests. Only "reads" or "purge" does one
// of the two.
func readHistory(runs int, dir, only string) error {
	if dir == "" {
		var err error
		if dir, err = os.MkdirTemp("", "gateway-history-"); err != nil {
			return err
		}
		defer os.RemoveAll(dir) //nolint:errcheck // a temporary folder
	}
	file := filepath.Join(dir, sqlite.FileName)
	if err := fillStore(dir, runs); err != nil {
		return err
	}
	dropFromMemory(file)
	began := time.Now()
	s, err := sqlite.Open(sqlite.Options{Dir: dir, Clock: clock.System{}})
	if err != nil {
		return err
	}
	defer s.Close() //nolint:errcheck // nothing is left to write
	opened := time.Since(began)
	if _, err := s.List(context.Background(), store.ListQuery{Limit: pageRuns}); err != nil {
		return err
	}
	info, err := os.Stat(file)
	if err != nil {
		return err
	}
	fmt.Printf("%d runs in %.2f GB; opened cold in %.1f ms, with the first page in %.1f ms\n\n",
		runs, float64(info.Size())/1e9, milliseconds(opened), milliseconds(time.Since(began)))
	if only != "purge" {
		if err := measureReads(s); err != nil {
			return err
		}
	}
	if only == "reads" {
		return nil
	}
	return purgeWhileServing(s, dir)
}

func measureReads(s *sqlite.Store) error {
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
