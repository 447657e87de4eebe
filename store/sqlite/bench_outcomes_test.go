//go:build unix

package sqlite_test

import (
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/webhook-gateway/gateway/internal/ulid"
	"github.com/webhook-gateway/gateway/store"
	"github.com/webhook-gateway/gateway/store/sqlite"
)

// BenchmarkRecordSummary stores what is left of a successful run under load, as a
// packed outcome and as a row, and reports processor time and bytes on disk of each.
func BenchmarkRecordSummary(b *testing.B) {
	const at = 8192
	b.Run("outcome", func(b *testing.B) {
		s := openBench(b)
		list := make([]store.Outcome, at)
		measureRecords(b, s, at, func(i int, now time.Time) {
			list[i] = store.Outcome{
				ID: ulid.New(now), Flow: "orders", Version: "v1", Status: 200, Started: now, Finished: now.Add(3 * time.Millisecond),
			}
		}, func() error { return s.RecordOutcomes(b.Context(), list) })
	})
	b.Run("row", func(b *testing.B) {
		s := openBench(b)
		list := make([]*store.Entry, at)
		measureRecords(b, s, at, func(i int, now time.Time) {
			list[i] = &store.Entry{
				ID: ulid.New(now), Flow: "orders", Version: "v1", State: store.Succeeded, Status: 200, Started: now, Finished: now.Add(3 * time.Millisecond),
			}
		}, func() error { return s.Record(b.Context(), list...) })
	})
}

// measureRecords has records made, which is not measured, and stored.
func measureRecords(b *testing.B, s *sqlite.Store, n int, set func(int, time.Time), record func() error) {
	var busy time.Duration
	for b.Loop() {
		now := time.Now()
		for i := range n {
			set(i, now.Add(time.Duration(i)*20*time.Microsecond))
		}
		before := processorTime()
		if err := record(); err != nil {
			b.Fatal(err)
		}
		busy += processorTime() - before
	}
	if err := s.Close(); err != nil {
		b.Fatal(err)
	}
	info, err := os.Stat(s.Path())
	if err != nil {
		b.Fatal(err)
	}
	all := float64(b.N * n)
	b.ReportMetric(float64(busy.Nanoseconds())/all, "cpu-ns/run")
	b.ReportMetric(float64(info.Size())/all, "bytes/run")
}

// processorTime is how long processors have worked for this process.
func processorTime() time.Duration {
	var used syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &used) // it fails for a bad argument only
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
