package sqlite_test

import (
	"crypto/rand"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/store"
	"github.com/webhook-gateway/gateway/store/sqlite"
	"github.com/webhook-gateway/gateway/store/storetest"
)

// body returns 1 KiB of JSON, half of it incompressible.
func body() []byte {
	b := fmt.Appendf(nil, `{"order":%q,"text":"`, rand.Text())
	for len(b) < 512 {
		b = append(b, rand.Text()...)
	}
	for len(b) < 1022 {
		b = append(b, 'x')
	}
	return append(b, `"}`...)
}

func openBench(b *testing.B) *sqlite.Store {
	s, err := sqlite.Open(sqlite.Options{Dir: b.TempDir(), Clock: clock.System{}})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = s.Close() })
	return s
}

func BenchmarkAccept(b *testing.B) {
	for _, producers := range []int{1, 64, 256} {
		b.Run(fmt.Sprint(producers), func(b *testing.B) {
			s, body := openBench(b), body()
			storetest.InParallel(b, producers, func() error {
				_, err := s.Accept(b.Context(), sqlite.NewSubmission(body))
				return err
			})
		})
	}
}

func BenchmarkAcceptDedupe(b *testing.B) {
	s, body := openBench(b), body()
	storetest.InParallel(b, 64, func() error {
		sub := sqlite.NewSubmission(body)
		sub.Dedupe = &store.Dedupe{Key: sub.ID, TTL: 24 * time.Hour}
		_, err := s.Accept(b.Context(), sub)
		return err
	})
}

// BenchmarkCycle accepts a run with a direct claim, writes two checkpoints and
// ends it.
func BenchmarkCycle(b *testing.B) {
	for _, producers := range []int{64, 256} {
		b.Run(fmt.Sprint(producers), func(b *testing.B) {
			s, body := openBench(b), body()
			output := body[:200]
			storetest.InParallel(b, producers, func() error {
				sub := sqlite.NewSubmission(body)
				sub.Claim = &store.DirectClaim{Owner: "bench", Lease: time.Minute}
				a, err := s.Accept(b.Context(), sub)
				if err != nil {
					return err
				}
				for _, path := range []string{"reserve", "notify"} {
					step := store.Step{Path: path, Kind: "http", State: flow.Succeeded, Attempts: 1, Began: time.Now(), Took: time.Millisecond, Output: output}
					if err := s.Checkpoint(b.Context(), *a.Claim, step); err != nil {
						return err
					}
				}
				return s.Finish(b.Context(), *a.Claim, &store.Ending{State: store.Succeeded})
			})
		})
	}
}

// BenchmarkQueue accepts runs and claims them, writes two checkpoints of each
// and ends it.
func BenchmarkQueue(b *testing.B) {
	s, body := openBench(b), body()
	var wait sync.WaitGroup
	var done atomic.Int64
	for range 4 {
		wait.Go(func() {
			for done.Load() < int64(b.N) {
				c, err := s.Claim(b.Context(), store.ClaimQuery{Owner: "bench", Lease: time.Minute, Limit: 32, Flows: []store.FlowLimit{{Flow: "orders"}}})
				if err != nil {
					b.Error(err)
					return
				}
				var work sync.WaitGroup
				for _, w := range c.Work {
					work.Go(func() {
						for _, path := range []string{"reserve", "notify"} {
							step := store.Step{Path: path, Kind: "http", State: flow.Succeeded, Attempts: 1, Began: time.Now(), Output: body[:200]}
							if err := s.Checkpoint(b.Context(), w.Claim, step); err != nil {
								b.Error(err)
							}
						}
						if err := s.Finish(b.Context(), w.Claim, &store.Ending{State: store.Succeeded}); err != nil {
							b.Error(err)
						}
						done.Add(1)
					})
				}
				work.Wait()
			}
		})
	}
	storetest.InParallel(b, 64, func() error {
		_, err := s.Accept(b.Context(), sqlite.NewSubmission(body))
		return err
	})
	wait.Wait()
}

// BenchmarkPickUp accepts a run with a direct claim in an idle store, and ends
// it.
func BenchmarkPickUp(b *testing.B) {
	s, body := openBench(b), body()
	for b.Loop() {
		sub := sqlite.NewSubmission(body)
		sub.Claim = &store.DirectClaim{Owner: "bench", Lease: time.Minute}
		a, err := s.Accept(b.Context(), sub)
		if err != nil {
			b.Fatal(err)
		}
		if err := s.Finish(b.Context(), *a.Claim, &store.Ending{State: store.Succeeded}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkFailures is that of all engines.
func BenchmarkFailures(b *testing.B) {
	storetest.BenchFailures(b, func(b *testing.B) store.Store { return openBench(b) })
}
