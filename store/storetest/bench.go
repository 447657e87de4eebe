package storetest

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/internal/ulid"
	"github.com/webhook-gateway/gateway/store"
)

// InParallel calls f b.N times from goroutines, and reports the calls of a second as
// runs/s.
func InParallel(b *testing.B, goroutines int, f func() error) {
	b.ReportAllocs()
	b.ResetTimer()
	var left atomic.Int64
	left.Store(int64(b.N))
	var wait sync.WaitGroup
	for range goroutines {
		wait.Go(func() {
			for left.Add(-1) >= 0 {
				if err := f(); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wait.Wait()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "runs/s")
}

// BenchFailures records runs that failed, which so many flows watch, and counts the
// failures for each watcher once a second, as a gateway does.
func BenchFailures(b *testing.B, open func(*testing.B) store.Store) {
	now := clock.System{}.Now
	for _, watchers := range []int{0, 1, 5} {
		b.Run(fmt.Sprint(watchers), func(b *testing.B) {
			s := open(b)
			var names []string
			for i := range watchers {
				names = append(names, fmt.Sprintf("alert-%d", i))
			}
			ctx, stop := context.WithCancel(b.Context())
			counted := make(chan int, 1)
			go func() { counted <- countFailures(ctx, b, s, names) }()
			InParallel(b, 64, func() error {
				return s.Record(b.Context(), &store.Entry{
					ID: ulid.New(now()), Flow: "orders", State: store.Failed, Finished: now(), Watchers: names,
					Cause: store.Cause{Action: "charge", Class: "transient", Message: "status 503 of https://pay.example.com after 3 attempts"},
				})
			})
			b.StopTimer()
			stop()
			if n := <-counted; n != b.N*watchers {
				b.Errorf("counted %d failures of %d", n, b.N*watchers)
			}
		})
	}
}

// countFailures counts until the context ends, and then the rest. It returns how many
// failures all windows have.
func countFailures(ctx context.Context, b *testing.B, s store.Store, watchers []string) int {
	for last := false; ; {
		total := 0
		for _, name := range watchers {
			got := store.CollectedFailures{More: true}
			for got.More {
				var err error
				if got, err = s.CollectFailures(context.WithoutCancel(ctx), store.FailureWatch{Flow: name, After: 1 << 40, Length: 24 * time.Hour}); err != nil {
					b.Error(err)
					return 0
				}
			}
			total += got.Open
		}
		if last {
			return total
		}
		last = clock.Sleep(ctx, clock.System{}, time.Second) != nil
	}
}
