package handshake

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/gateway/telemetry"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/internal/redact"
	"github.com/webhook-gateway/gateway/store"
)

// memory is a store that counts what it is asked, and may fail.
type memory struct {
	mu          sync.Mutex
	kept        map[place]store.Handshake
	reads, puts int
	err         error
	hold        chan struct{} // reads wait until it is closed; nil for no wait
}

func (m *memory) PutHandshake(_ context.Context, h store.Handshake) (store.Handshake, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.puts++
	if m.err != nil {
		return store.Handshake{}, false, m.err
	}
	p := place{h.Flow, h.Sender}
	if old, ok := m.kept[p]; ok {
		return old, false, nil
	}
	m.kept[p] = h
	return h, true, nil
}

func (m *memory) GetHandshake(_ context.Context, flow, sender string) (store.Handshake, error) {
	if m.hold != nil {
		<-m.hold
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.reads++
	h, ok := m.kept[place{flow, sender}]
	switch {
	case m.err != nil:
		return h, m.err
	case !ok:
		return h, store.MissingHandshake(flow)
	}
	return h, nil
}

func (m *memory) ListHandshakes(context.Context) ([]store.Handshake, error) { panic("not called") }

func (m *memory) DeleteHandshakes(_ context.Context, flows ...string) (int, error) {
	for _, f := range flows {
		delete(m.kept, place{f, "asana"})
	}
	return len(flows), nil
}

func newTestKeeper() (*Keeper, *memory) {
	m := &memory{kept: map[place]store.Handshake{}}
	return New(Options{Store: m, Sealer: redact.NewSealer([]byte("0123456789abcdef")), Clock: clock.System{}, Log: telemetry.NewLog(zap.NewNop())}), m
}

func wait(t *testing.T, d time.Duration) { clock.Sleep(t.Context(), clock.System{}, d) } //nolint:errcheck // the context lasts as long as the test

func wantSecret(t *testing.T, s flow.Handshakes, want string) {
	t.Helper()
	if got, err := s.Secret(t.Context(), "asana"); err != nil || got != want {
		t.Errorf("%q, %v, want %q", got, err, want)
	}
}

// The first secret stays, is sealed in the store, and is read from there only when it
// was read too long ago.
func TestFirstSecretStays(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		k, m := newTestKeeper()
		s := k.Of(&flow.Flow{Name: "tasks"})
		wantSecret(t, s, "")
		if err := s.Keep(t.Context(), "asana", "first"); err != nil {
			t.Fatal(err)
		}
		if stored := m.kept[place{"tasks", "asana"}].Sealed; !redact.IsSealed(stored) || bytes.Contains(stored, []byte("first")) {
			t.Errorf("stored as %q", stored)
		}
		for range 1000 {
			wantSecret(t, s, "first")
			if err := s.Keep(t.Context(), "asana", "second"); !errors.Is(err, flow.ErrHandshakeDone) {
				t.Fatal(err)
			}
		}
		if err := s.Keep(t.Context(), "asana", "first"); err != nil {
			t.Errorf("a repeated handshake: %v", err)
		}
		if m.reads != 1 || m.puts != 1 {
			t.Errorf("%d reads and %d puts", m.reads, m.puts)
		}
		wantSecret(t, k.Of(&flow.Flow{Name: "other"}), "")
	})
}

// What another gateway stores or deletes counts after freshTime, or after a refresh.
func TestOtherGateways(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a, m := newTestKeeper()
		b := New(a.Options)
		f := &flow.Flow{Name: "tasks"}
		wantSecret(t, b.Of(f), "")
		if err := a.Of(f).Keep(t.Context(), "asana", "first"); err != nil {
			t.Fatal(err)
		}
		if err := b.Of(f).Keep(t.Context(), "asana", "second"); !errors.Is(err, flow.ErrHandshakeDone) {
			t.Errorf("the other gateway replaced the secret: %v", err)
		}
		wantSecret(t, b.Of(f), "first")
		if _, err := m.DeleteHandshakes(t.Context(), "tasks"); err != nil {
			t.Fatal(err)
		}
		a.Refresh()
		wantSecret(t, a.Of(f), "")
		wait(t, freshTime)
		wantSecret(t, b.Of(f), "")
		if err := b.Of(f).Keep(t.Context(), "asana", "second"); err != nil {
			t.Error(err)
		}
		wait(t, freshTime)
		wantSecret(t, a.Of(f), "second")
	})
}

// Without the store a known secret stays in use for graceTime, and none is kept.
func TestStoreIsUnavailable(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		k, m := newTestKeeper()
		tasks, fresh := k.Of(&flow.Flow{Name: "tasks"}), k.Of(&flow.Flow{Name: "fresh"})
		if err := tasks.Keep(t.Context(), "asana", "first"); err != nil {
			t.Fatal(err)
		}
		m.err = errors.New("broken")
		for range 100 {
			if err := fresh.Keep(t.Context(), "asana", "a"); !errors.Is(err, flow.ErrHandshakesUnavailable) {
				t.Fatal(err)
			}
		}
		if m.reads != 2 || m.puts != 1 {
			t.Errorf("%d reads and %d puts", m.reads, m.puts)
		}
		wait(t, graceTime-time.Millisecond)
		wantSecret(t, tasks, "first")
		wait(t, time.Millisecond)
		if _, err := tasks.Secret(t.Context(), "asana"); !errors.Is(err, flow.ErrHandshakesUnavailable) {
			t.Errorf("after the grace time: %v", err)
		}
		m.err = nil
		wait(t, freshTime)
		wantSecret(t, tasks, "first")
	})
}

// A renamed flow has the secret of its old name, also when the file no longer says so.
func TestRenamedFlow(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		k, m := newTestKeeper()
		if err := k.Of(&flow.Flow{Name: "old"}).Keep(t.Context(), "asana", "first"); err != nil {
			t.Fatal(err)
		}
		renamed := k.Of(&flow.Flow{Name: "tasks", RenamedFrom: "old"})
		if err := renamed.Keep(t.Context(), "asana", "second"); !errors.Is(err, flow.ErrHandshakeDone) {
			t.Errorf("a stranger replaced the secret: %v", err)
		}
		wantSecret(t, renamed, "first")
		k.Refresh()
		wantSecret(t, k.Of(&flow.Flow{Name: "tasks"}), "first")
		if len(m.kept) != 2 {
			t.Errorf("%d secrets: a gateway that still has the old name needs its own", len(m.kept))
		}
	})
}

// A secret that another key sealed lets nobody in, and is not replaced.
func TestAnotherKey(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		k, _ := newTestKeeper()
		f := &flow.Flow{Name: "tasks"}
		if err := k.Of(f).Keep(t.Context(), "asana", "first"); err != nil {
			t.Fatal(err)
		}
		o := k.Options
		o.Sealer = redact.NewSealer([]byte("another key, too"))
		other := New(o).Of(f)
		if _, err := other.Secret(t.Context(), "asana"); !errors.Is(err, flow.ErrHandshakesUnavailable) {
			t.Error(err)
		}
		if err := other.Keep(t.Context(), "asana", "second"); !errors.Is(err, flow.ErrHandshakesUnavailable) {
			t.Error(err)
		}
	})
}

// After reloads with other names there are secrets of the flows that serve only.
func TestSecretsOfRemovedFlowsAreDropped(t *testing.T) {
	t.Parallel()
	k, _ := newTestKeeper()
	for n := range 10 {
		for _, name := range []string{"stays", fmt.Sprint("flow-", n)} {
			if _, err := k.Of(&flow.Flow{Name: name}).Secret(t.Context(), "asana"); err != nil {
				t.Fatal(err)
			}
		}
		k.KeepFlows(func(flow string) bool { return flow == "stays" })
	}
	if len(k.kept) != 1 || k.kept[place{"stays", "asana"}] == nil {
		t.Errorf("%d secrets in memory", len(k.kept))
	}
}

// While one request waits for the store, others use the secret that is known.
func TestKnownSecretWaitsForNoRead(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		k, m := newTestKeeper()
		s := k.Of(&flow.Flow{Name: "tasks"})
		if err := s.Keep(t.Context(), "asana", "first"); err != nil {
			t.Fatal(err)
		}
		wait(t, freshTime)
		m.hold = make(chan struct{})
		reader := make(chan error)
		go func() {
			_, err := s.Secret(t.Context(), "asana")
			reader <- err
		}()
		synctest.Wait()
		wantSecret(t, s, "first") // without an answer of the store
		select {
		case err := <-reader:
			t.Errorf("the read ended: %v", err)
		default:
		}
		close(m.hold)
		if err := <-reader; err != nil {
			t.Error(err)
		}
	})
}
