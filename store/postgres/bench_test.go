package postgres_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/ulid"
	"github.com/webhook-gateway/gateway/store"
	"github.com/webhook-gateway/gateway/store/storetest"
)

// The benchmarks are those of store/sqlite, with the server on the same machine.

// benchBody returns 1 KiB of JSON, half of it incompressible.
func benchBody() []byte {
	b := fmt.Appendf(nil, `{"order":%q,"text":"`, rand.Text())
	for len(b) < 512 {
		b = append(b, rand.Text()...)
	}
	for len(b) < 1022 {
		b = append(b, 'x')
	}
	return append(b, `"}`...)
}

func benchSubmission(body []byte) *store.Submission {
	return &store.Submission{ID: ulid.New(time.Now()), Flow: "orders", Status: 202, Payload: store.Payload{Event: []byte(`{"method":"POST"}`), Body: body}}
}

// BenchmarkAccept accepts runs, which are durable then.
func BenchmarkAccept(b *testing.B) {
	for _, producers := range []int{1, 64, 256} {
		b.Run(fmt.Sprint(producers), func(b *testing.B) {
			s, body := open(b, server.Database(b)), benchBody()
			storetest.InParallel(b, producers, func() error {
				_, err := s.Accept(b.Context(), benchSubmission(body))
				return err
			})
		})
	}
}

func BenchmarkAcceptDedupe(b *testing.B) {
	s, body := open(b, server.Database(b)), benchBody()
	storetest.InParallel(b, 64, func() error {
		sub := benchSubmission(body)
		sub.Dedupe = &store.Dedupe{Key: sub.ID, TTL: 24 * time.Hour}
		_, err := s.Accept(b.Context(), sub)
		return err
	})
}

// BenchmarkCycle accepts a run with a direct claim, writes two checkpoints and
// ends it: in one store, and in two stores of one database.
func BenchmarkCycle(b *testing.B) {
	for _, c := range []struct{ producers, stores int }{{64, 1}, {256, 1}, {64, 2}} {
		b.Run(fmt.Sprintf("%d of %d", c.producers, c.stores), func(b *testing.B) {
			url, body := server.Database(b), benchBody()
			var stores []store.Store
			for range c.stores {
				stores = append(stores, open(b, url))
			}
			var turn atomic.Int64
			storetest.InParallel(b, c.producers, func() error {
				s := stores[int(turn.Add(1))%len(stores)]
				sub := benchSubmission(body)
				sub.Claim = &store.DirectClaim{Owner: "bench", Lease: time.Minute}
				a, err := s.Accept(b.Context(), sub)
				if err != nil {
					return err
				}
				return benchWork(b.Context(), s, *a.Claim, body[:200])
			})
		})
	}
}

// benchWork writes two checkpoints of a run and ends it.
func benchWork(ctx context.Context, s store.Store, c store.Claim, output []byte) error {
	for _, path := range []string{"reserve", "notify"} {
		step := store.Step{Path: path, Kind: "http", State: flow.Succeeded, Attempts: 1, Began: time.Now(), Took: time.Millisecond, Output: output}
		if err := s.Checkpoint(ctx, c, step); err != nil {
			return err
		}
	}
	return s.Finish(ctx, c, &store.Ending{State: store.Succeeded})
}

// BenchmarkQueue accepts runs and claims them, writes two checkpoints of each and
// ends it.
func BenchmarkQueue(b *testing.B) {
	s, body := open(b, server.Database(b)), benchBody()
	var wait sync.WaitGroup
	var done atomic.Int64
	for range 4 {
		wait.Go(func() {
			for done.Load() < int64(b.N) && !b.Failed() {
				c, err := s.Claim(b.Context(), store.ClaimQuery{Owner: "bench", Lease: time.Minute, Limit: 32, Flows: []store.FlowLimit{{Flow: "orders"}}})
				if err != nil {
					b.Error(err)
					return
				}
				var work sync.WaitGroup
				for _, w := range c.Work {
					work.Go(func() {
						if err := benchWork(b.Context(), s, w.Claim, body[:200]); err != nil {
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
		_, err := s.Accept(b.Context(), benchSubmission(body))
		return err
	})
	wait.Wait()
}

// BenchmarkPickUp accepts a run with a direct claim in an idle store, and ends it.
func BenchmarkPickUp(b *testing.B) {
	s, body := open(b, server.Database(b)), benchBody()
	for b.Loop() {
		sub := benchSubmission(body)
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
	storetest.BenchFailures(b, func(b *testing.B) store.Store { return open(b, server.Database(b)) })
}
