package signaltest_test

import (
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/webhook-gateway/gateway/internal/testutil/signaltest"
)

func TestWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var s signaltest.Signal
		var count atomic.Int64
		for range 3 {
			time.AfterFunc(time.Second, func() { count.Add(1); s.Send() })
		}
		if !s.Wait(func() bool { return count.Load() == 3 }) {
			t.Error("the wait missed a change")
		}
		if s.Wait(func() bool { return false }) {
			t.Error("a condition that never holds was reported as true")
		}
	})
}
