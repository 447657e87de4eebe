package keyring

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/gateway/telemetry"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/store"
)

// keyStore is a store in memory that counts reads and may fail.
type keyStore struct {
	mu             sync.Mutex
	list           store.APIKeyList
	versions, full int // reads
	used           []store.APIKeyHash
	err            error
	hangs          chan struct{} // a read of the version waits until it is closed; nil for none
}

func (s *keyStore) ListAPIKeys(context.Context) (store.APIKeyList, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.full++
	return s.list, s.err
}

func (s *keyStore) APIKeysVersion(ctx context.Context) (int64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.versions++
	version, err, hangs := s.list.Version, s.err, s.hangs
	if hangs == nil {
		return version, err
	}
	s.mu.Unlock()
	defer s.mu.Lock()
	select {
	case <-hangs:
		return version, err
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}

// hang makes reads of the version wait until the returned function is called.
func (s *keyStore) hang() (end func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	hangs := make(chan struct{})
	s.hangs = hangs
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.hangs = nil
		close(hangs)
	}
}

func (s *keyStore) ChangeAPIKeys(context.Context, store.APIKeyChange) error { panic("not called") }

func (s *keyStore) NoteAPIKeyUses(_ context.Context, hashes ...store.APIKeyHash) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err == nil {
		s.used = append(s.used, hashes...)
	}
	return s.err
}

func (s *keyStore) set(keys ...store.APIKey) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.list = store.APIKeyList{Version: s.list.Version + 1, Keys: keys}
}

// fail makes all calls fail with an error, or succeed again with nil.
func (s *keyStore) fail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.err = err
}

func newTestKeyring(keys ...store.APIKey) (*Keyring, *keyStore) {
	s := &keyStore{}
	s.set(keys...)
	return New(Options{Store: s, Clock: clock.System{}, Log: telemetry.NewLog(zap.NewNop())}), s
}

func hashOf(n byte) store.APIKeyHash { return store.APIKeyHash{n} }

var errBroken = errors.New("the store is broken")

func TestFind(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		now := clock.System{}.Now()
		k, _ := newTestKeyring(
			store.APIKey{Hash: hashOf(1), Name: "all", AllFlows: true},
			store.APIKey{Hash: hashOf(2), Name: "some", Flows: []string{"orders", "old"}},
			store.APIKey{Hash: hashOf(6), Name: "none"},
			store.APIKey{Hash: hashOf(3), Name: "ended", AllFlows: true, Expires: now},
			store.APIKey{Hash: hashOf(4), Name: "lasting", AllFlows: true, Expires: now.Add(time.Millisecond)},
		)
		for _, c := range []struct {
			hash  byte
			flow  flow.Flow
			name  string
			cause string
		}{
			{1, flow.Flow{Name: "x"}, "all", ""},
			{2, flow.Flow{Name: "orders"}, "some", ""},
			{2, flow.Flow{Name: "new", RenamedFrom: "old"}, "some", ""},
			{2, flow.Flow{Name: "x"}, "", `the key "some" does not open the flow "x"`},
			{3, flow.Flow{Name: "x"}, "", `the key "ended" has expired`},
			{4, flow.Flow{Name: "x"}, "lasting", ""},
			{5, flow.Flow{Name: "x"}, "", "the key is unknown or was revoked"},
			{6, flow.Flow{Name: "x"}, "", `the key "none" does not open the flow "x"`},
			{2, flow.Flow{Name: "new"}, "", `the key "some" does not open the flow "new"`},
		} {
			name, err := k.Find(t.Context(), hashOf(c.hash), &c.flow)
			if name != c.name || (err == nil) != (c.cause == "") || err != nil && err.Error() != c.cause {
				t.Errorf("key %d and flow %s: %q, %v", c.hash, c.flow.Name, name, err)
			}
		}
	})
}

// Within freshTime no request reads the store. After that one has the version read,
// and all keys only if they have changed: so a revoked key ends within a second.
func TestRevoked(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		k, s := newTestKeyring(store.APIKey{Hash: hashOf(1), Name: "a", AllFlows: true})
		find := func() error {
			_, err := k.Find(t.Context(), hashOf(1), &flow.Flow{Name: "x"})
			return err
		}
		for range 1000 {
			if err := find(); err != nil {
				t.Fatal(err)
			}
		}
		if s.full != 1 || s.versions != 0 {
			t.Errorf("%d and %d reads", s.full, s.versions)
		}
		clock.Sleep(t.Context(), clock.System{}, freshTime) //nolint:errcheck // the context lasts as long as the test
		err := find()
		synctest.Wait()
		if err != nil || s.full != 1 || s.versions != 1 {
			t.Errorf("%v after %d and %d reads", err, s.full, s.versions)
		}
		s.set()
		if err := find(); err != nil {
			t.Errorf("a key that was read just now is refused: %v", err)
		}
		clock.Sleep(t.Context(), clock.System{}, maxAge) //nolint:errcheck // as above
		if err := find(); !errors.Is(err, errUnknown) || s.full != 2 {
			t.Errorf("%v after %d reads", err, s.full)
		}
		s.set(store.APIKey{Hash: hashOf(1), Name: "a", AllFlows: true})
		k.Refresh()
		if err := find(); err != nil {
			t.Errorf("after a refresh: %v", err)
		}
	})
}

// A read that takes long delays nobody as long as the keys are recent, or the store
// is known to be slow. After maxAge requests wait, because a key may be revoked.
func TestSlowReadDelaysNobody(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		k, s := newTestKeyring(store.APIKey{Hash: hashOf(1), Name: "a", AllFlows: true})
		wait := func(d time.Duration) { clock.Sleep(t.Context(), clock.System{}, d) } //nolint:errcheck // the context lasts as long as the test
		find := func(when string, want error, took time.Duration) {
			t.Helper()
			began := clock.System{}.Now()
			_, err := k.Find(t.Context(), hashOf(1), &flow.Flow{Name: "x"})
			if got := clock.Since(clock.System{}, began); !errors.Is(err, want) || got != took {
				t.Errorf("%s: %v after %s, want %v after %s", when, err, got, want, took)
			}
		}
		find("at first", nil, 0)
		end := s.hang()
		wait(freshTime)
		for range 100 {
			find("during the read", nil, 0)
		}
		wait(maxAge - freshTime)
		find("with older keys", nil, freshTime+readTimeout-maxAge)
		for range 10 {
			find("with a slow store", nil, 0)
			wait(freshTime)
		}
		s.mu.Lock()
		s.list = store.APIKeyList{Version: 9}
		s.mu.Unlock()
		end()
		synctest.Wait()
		wait(freshTime)
		_, _ = k.Find(t.Context(), hashOf(1), &flow.Flow{Name: "x"}) // starts a read
		synctest.Wait()
		find("after the next read", errUnknown, 0)
	})
}

// A change of the keys during a read is seen by those who wait for the read.
func TestRefreshDuringARead(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		k, s := newTestKeyring()
		find := func() error {
			_, err := k.Find(t.Context(), hashOf(1), &flow.Flow{Name: "x"})
			return err
		}
		if err := find(); !errors.Is(err, errUnknown) {
			t.Fatal(err)
		}
		end := s.hang()
		clock.Sleep(t.Context(), clock.System{}, maxAge) //nolint:errcheck // the context lasts as long as the test
		found := make(chan error, 1)
		go func() { found <- find() }()
		synctest.Wait()
		s.set(store.APIKey{Hash: hashOf(1), Name: "a", AllFlows: true})
		k.Refresh()
		end()
		if err := <-found; err != nil {
			t.Errorf("the key that was added is refused: %v", err)
		}
	})
}

// Without the store known keys stay in use for graceTime, and the store is not asked
// by each request.
func TestStoreIsUnavailable(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		k, s := newTestKeyring(store.APIKey{Hash: hashOf(1), Name: "a", AllFlows: true})
		find := func() error {
			_, err := k.Find(t.Context(), hashOf(1), &flow.Flow{Name: "x"})
			return err
		}
		wait := func(d time.Duration) { clock.Sleep(t.Context(), clock.System{}, d) } //nolint:errcheck // the context lasts as long as the test
		s.fail(errBroken)
		for range 100 {
			if err := find(); !errors.Is(err, flow.ErrKeysUnavailable) {
				t.Fatalf("before the first read: %v", err)
			}
		}
		if s.full != 1 {
			t.Errorf("%d reads", s.full)
		}
		s.fail(nil)
		wait(freshTime)
		if err := find(); err != nil {
			t.Fatal(err)
		}
		s.fail(errBroken)
		wait(graceTime - time.Millisecond)
		if err := find(); err != nil {
			t.Errorf("within the grace time: %v", err)
		}
		wait(time.Millisecond)
		if err := find(); !errors.Is(err, flow.ErrKeysUnavailable) {
			t.Errorf("after the grace time: %v", err)
		}
		s.fail(nil)
		wait(freshTime)
		if err := find(); err != nil {
			t.Errorf("with the store again: %v", err)
		}
	})
}

// Uses are stored once a minute and at the end, those that can't be stored with the
// next ones. A change of the keys loses none.
func TestStoreUses(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		keys := []store.APIKey{{Hash: hashOf(1), Name: "a", AllFlows: true}, {Hash: hashOf(2), Name: "b", AllFlows: true}}
		k, s := newTestKeyring(keys...)
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { defer close(done); k.StoreUses(ctx) }()
		use := func(n byte) {
			t.Helper()
			if _, err := k.Find(t.Context(), hashOf(n), &flow.Flow{Name: "x"}); err != nil {
				t.Error(err)
			}
		}
		check := func(when string, want ...byte) {
			t.Helper()
			s.mu.Lock()
			defer s.mu.Unlock()
			var got strings.Builder
			for _, h := range s.used {
				got.WriteByte(h[0])
			}
			if got.String() != string(want) {
				t.Errorf("%s the store has the uses %q, want %q", when, got.String(), want)
			}
		}
		wait := func(d time.Duration) { clock.Sleep(t.Context(), clock.System{}, d) } //nolint:errcheck // the context lasts as long as the test
		use(1)
		use(1)
		wait(time.Second)
		check("at first")
		s.set(keys...)
		k.Refresh()
		_, _ = k.Find(t.Context(), hashOf(9), &flow.Flow{})
		wait(usePause)
		check("after a minute", 1)
		use(2)
		s.fail(errBroken)
		wait(usePause)
		check("with a broken store", 1)
		s.fail(nil)
		wait(usePause)
		check("with the store again", 1, 2)
		use(1)
		cancel()
		<-done
		check("at the end", 1, 2, 1)
	})
}

// BenchmarkFind looks up one of many keys, which asks no store.
func BenchmarkFind(b *testing.B) {
	keys := make([]store.APIKey, store.MaxAPIKeys)
	for i := range keys {
		keys[i] = store.APIKey{Hash: store.APIKeyHash{byte(i), byte(i >> 8)}, Name: "a", Flows: []string{"a", "b", "c"}}
	}
	k, _ := newTestKeyring(keys...)
	f := &flow.Flow{Name: "c"}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := k.Find(b.Context(), hashOf(7), f); err != nil {
			b.Fatal(err)
		}
	}
}
