package telemetry_test

import (
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/webhook-gateway/gateway/gateway/telemetry"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/store"
)

// TestQueuedBefore: the counts of five minutes ago are known after five minutes, and
// anew after the store was away.
func TestQueuedBefore(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &depthStore{}
		q := telemetry.NewQueues(t.Context(), s, clock.System{})
		set := func(err error, depths ...store.Depth) {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.err, s.depths = err, depths
		}
		wait := func(minutes int, want string) {
			t.Helper()
			if err := clock.Sleep(t.Context(), clock.System{}, time.Duration(minutes)*time.Minute); err != nil {
				t.Fatal(err)
			}
			if got := fmt.Sprint(q.Before()); got != want {
				t.Errorf("%s, want %s", got, want)
			}
		}
		set(nil, store.Depth{Flow: "a", Queued: 1})
		go q.Watch(t.Context(), telemetry.TrendPause)
		synctest.Wait()
		later := []store.Depth{{Flow: "a", Queued: 2}, {Flow: "b", Queued: 7}}
		set(nil, later...)
		_ = clock.Sleep(t.Context(), clock.System{}, time.Second) // looks are between two changes
		wait(4, "map[]")
		if q.Before() != nil {
			t.Error("known before five minutes are over")
		}
		wait(1, "map[a:1]")
		wait(1, "map[a:2 b:7]")
		set(errors.New("away"))
		wait(1, "map[]")
		set(nil, later...)
		wait(5, "map[]")
		wait(1, "map[a:2 b:7]")
	})
}
