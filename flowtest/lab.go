package flowtest

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/hashicorp/hcl/v2"
	"go.uber.org/zap"

	"github.com/webhook-gateway/gateway/config/load"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/gateway"
	"github.com/webhook-gateway/gateway/gateway/snapshot"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/internal/ulid"
	"github.com/webhook-gateway/gateway/store"
	"github.com/webhook-gateway/gateway/store/sqlite"
)

const (
	// lease is how long a gateway that died keeps its runs, as in production.
	lease = 30 * time.Second
	// longLease is that of a test without a crash, and idle the pause of loops that
	// nothing wakes: a test over years must not pay for each half minute of it.
	longLease = 100 * 365 * 24 * time.Hour
	idle      = 100 * 365 * 24 * time.Hour
)

// gatewayKey makes generated paths and links, the same in each test.
const gatewayKey = "key of the tests of flows, 32 by"

// lab is the store and the gateways of one test, one at a time. It lives in a
// bubble.
type lab struct {
	clock  clock.System // of the bubble
	config *load.Config
	stage  *stage
	store  store.Store
	ids    atomic.Uint64 // that were given
	crash  *crash

	dropped bool // a gateway was killed

	gateway *gateway.Gateway
	drop    *drop
	stop    context.CancelFunc
	ended   chan error
}

// openLab opens the store and starts the first gateway.
func openLab(s *suite, c *load.Config, stage *stage, k *crash) (*lab, error) {
	image, err := s.image()
	if err != nil {
		return nil, err
	}
	opened, err := sqlite.OpenMemory(clock.System{}, image)
	if err != nil {
		return nil, err
	}
	l := &lab{config: c, stage: stage, store: opened, crash: k}
	if err := l.start(k); err != nil {
		return nil, errors.Join(err, opened.Close())
	}
	return l, nil
}

// start starts a gateway, which k kills.
func (l *lab) start(k *crash) error {
	l.drop = newDrop()
	seen := &mortalStore{Store: l.store, drop: l.drop}
	harness := &actor{stage: l.stage, drop: l.drop}
	o := gateway.Options{
		Load: func() (*load.Config, hcl.Diagnostics) { return l.config, nil },
		Key:  []byte(gatewayKey), Clock: clock.System{}, Store: seen, Version: "test", Log: zap.NewNop(),
		Harness: harness, Lease: longLease, Idle: idle, NewID: l.newID, Chance: flow.NewChance(l.stage.test.Name),
	}
	if l.crash != nil {
		o.Lease = lease
	}
	if k != nil {
		seen.after, harness.during = k.after, k.during
	}
	g, _, diags := gateway.New(o)
	if diags.HasErrors() {
		return diags
	}
	ctx, stop := context.WithCancel(context.Background())
	l.gateway, l.stop, l.ended = g, stop, make(chan error, 1)
	go func() { l.ended <- g.RunBackground(ctx) }()
	settle()
	return nil
}

// takeOver clears a dropped gateway away and starts another one, after the lease of
// the first is over.
func (l *lab) takeOver() error {
	l.dropped = true
	l.end()
	if err := clock.Sleep(context.Background(), l.clock, lease+time.Second); err != nil {
		return err
	}
	return l.start(nil)
}

// end stops the gateway, or clears a dropped one away.
func (l *lab) end() {
	l.gateway.Close() // ends the context of runs
	l.stop()
	close(l.drop.cleared)
	<-l.ended //nolint:errcheck // the gateway of a test has no listener that could fail
}

// close stops the gateway and closes the store.
func (l *lab) close() error {
	l.end()
	settle()
	return l.store.Close()
}

// newID returns the next id of a run: the same in each run of a test.
func (l *lab) newID(now time.Time) string {
	id, _ := ulid.First(now)
	binary.BigEndian.PutUint64(id[8:], l.ids.Add(1))
	return id.String()
}

// endpoint returns the endpoint of a flow, and the address before its path.
func (l *lab) endpoint(name string) (e *snapshot.Endpoint, base string, err error) {
	s := l.gateway.Acquire()
	if s == nil {
		return nil, "", errors.New("the gateway is closed")
	}
	defer s.Release()
	e = s.Endpoints[name]
	if e == nil {
		return nil, "", fmt.Errorf("flow %q has no endpoint", name)
	}
	return e, s.BaseURL(), nil
}
