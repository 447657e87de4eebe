// Package storetest is the test suite that every engine of package store passes.
// The tests of an engine call Run, and add tests of that engine alone: a killed
// process, a full disk, a server that goes away.
//
// A test is a function of a fixture: a new, empty store with a clock that only
// the test moves. Tests advance the clock instead of sleeping.
package storetest

import (
	"sync"
	"testing"
	"time"

	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/store"
)

// Engine opens the stores of an engine.
type Engine struct {
	// Place makes an empty place for a store (a folder, a schema of a database)
	// that lasts as long as the test, and returns its name.
	Place func(t *testing.T) string
	// Open opens the store at a place. The suite closes it.
	Open func(place string, o Options) (store.Store, error)
	// Execute executes a statement on the tables of a place whose store is closed,
	// and returns how many rows it changed. Arguments are $1, $2, …
	Execute func(t *testing.T, place, statement string, args ...any) int64
	// Shared says that several stores may be open at a place. Otherwise the
	// second gets store.ErrInUse.
	Shared bool
}

// Options are how to open a store.
type Options struct {
	Clock   *Clock
	KeyHash *store.KeyHash
	NewKey  bool
}

// Clock is a clock that stands still until a test moves it. Its timers are real:
// no test of the suite waits for one.
type Clock struct {
	clock.System

	mu      sync.Mutex
	now     time.Time
	elapsed time.Duration
}

// NewClock returns a clock that stands at some time of 2026.
func NewClock() *Clock {
	return &Clock{now: time.Date(2026, 3, 29, 0, 59, 30, 0, time.UTC)}
}

// Now returns the time of day.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Elapsed returns the time that has passed since the clock was made.
func (c *Clock) Elapsed() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.elapsed
}

// Advance lets time pass.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now, c.elapsed = c.now.Add(d), c.elapsed+d
}

// Jump sets the time of day, forward or back, while no time passes.
func (c *Clock) Jump(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// Run runs the suite.
func Run(t *testing.T, e Engine) {
	for _, group := range []struct {
		name  string
		tests []test
	}{
		{"Accept", acceptTests()},
		{"DirectClaim", directClaimTests()},
		{"Claim", claimTests()},
		{"Worker", workerTests()},
		{"Lease", leaseTests()},
		{"Order", orderTests()},
		{"QueueLimit", queueLimitTests()},
		{"MaxOpen", maxOpenTests()},
		{"Dedupe", dedupeTests()},
		{"Keys", keyTests()},
		{"KeyHash", keyHashTests()},
		{"APIKeys", apiKeyTests()},
		{"Handshakes", handshakeTests()},
		{"Dismiss", dismissTests()},
		{"Pauses", pauseTests()},
		{"Audit", auditTests()},
		{"Contact", contactTests()},
		{"Contacts", contactListTests()},
		{"Erase", eraseTests()},
		{"Operate", operateTests()},
		{"PackedSteps", packedStepsTests()},
		{"Adopt", adoptTests()},
		{"List", listTests()},
		{"Search", searchTests()},
		{"Record", recordTests()},
		{"Outcomes", outcomeTests()},
		{"Failures", failureTests()},
		{"FailureWindows", failureWindowTests()},
		{"Stats", statsTests()},
		{"Versions", versionTests()},
		{"Purge", purgeTests()},
		{"Clock", clockTests()},
		{"Life", lifeTests()},
		{"Storm", stormTests()},
		{"Shared", sharedTests(e)},
		{"Rates", rateTests(e)},
		{"Certificates", certificateTests(e)},
	} {
		t.Run(group.name, func(t *testing.T) {
			t.Parallel()
			for _, c := range group.tests {
				t.Run(c.name, func(t *testing.T) {
					t.Parallel()
					c.run(open(t, e))
				})
			}
		})
	}
}

// test is a property of every engine; the name states it.
type test struct {
	name string
	run  func(*fixture)
}
