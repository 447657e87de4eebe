package history

import (
	"runtime"
	"sync/atomic"
	"time"

	"github.com/webhook-gateway/gateway/internal/clock"
)

// busyWait is how long a goroutine waits for its turn on average while the
// processors are busy.
const busyWait = 100 * time.Microsecond

// busyProbe measures whether the processors are busy, by how long a goroutine waits
// when it lets others go first.
type busyProbe struct {
	wait atomic.Int64 // the average, in which the last measurement counts a quarter
}

// measure measures once. One goroutine does so.
func (b *busyProbe) measure(c clock.Clock) {
	began := c.Now()
	runtime.Gosched()
	last := b.wait.Load()
	b.wait.Store(last + (int64(clock.Since(c, began))-last)/4)
}

// isBusy reports whether the processors were busy lately.
func (b *busyProbe) isBusy() bool { return time.Duration(b.wait.Load()) >= busyWait }
