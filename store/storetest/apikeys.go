package storetest

import (
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"github.com/webhook-gateway/gateway/store"
)

func apiKeyTests() []test {
	return []test{
		{"a key is listed as it was made", apiKeyCreate},
		{"a name has one key, and one of many callers makes it", apiKeyName},
		{"wrong names and too many flows are refused", apiKeyWrong},
		{"the number of keys is bounded", apiKeyCount},
		{"a rotation adds a key, and the old one ends", apiKeyRotate},
		{"a rotation without overlap deletes the old key", apiKeyRotateAtOnce},
		{"a revocation deletes all keys of a name", apiKeyRevoke},
		{"the version grows with changes only", apiKeyVersion},
		{"the last use is kept", apiKeyUse},
		{"keys survive a restart", apiKeyReopen},
	}
}

func apiKeyHash(n byte) store.APIKeyHash { return store.APIKeyHash{n, 0xff, 0} }

func (f *fixture) apiKeys() []store.APIKey {
	f.Helper()
	got, err := f.s.ListAPIKeys(f.ctx)
	f.ok(err)
	return got.Keys
}

func (f *fixture) createAPIKey(n byte, name string) {
	f.Helper()
	f.ok(f.s.ChangeAPIKeys(f.ctx, store.CreateAPIKey{AllFlows: true, Hash: apiKeyHash(n), Name: name}))
}

func apiKeyCreate(f *fixture) {
	now := f.clock.Now()
	f.ok(f.s.ChangeAPIKeys(f.ctx, store.CreateAPIKey{Hash: apiKeyHash(2), Name: "b", Hint: "gwk_bb", Flows: []string{"orders", "Stock"}, Lifetime: time.Hour}))
	f.ok(f.s.ChangeAPIKeys(f.ctx, store.CreateAPIKey{AllFlows: true, Hash: apiKeyHash(1), Name: "a.B-c_1"}))
	f.createAPIKey(3, "B")
	f.same("keys", f.apiKeys(), []store.APIKey{
		{Hash: apiKeyHash(3), Name: "B", AllFlows: true, Created: now},
		{Hash: apiKeyHash(1), Name: "a.B-c_1", AllFlows: true, Created: now},
		{Hash: apiKeyHash(2), Name: "b", Hint: "gwk_bb", Flows: []string{"orders", "Stock"}, Created: now, Expires: now.Add(time.Hour)},
	})
}

func apiKeyName(f *fixture) {
	var made atomic.Int64
	f.parallel(16, func(i int) error {
		err := f.s.ChangeAPIKeys(f.ctx, store.CreateAPIKey{AllFlows: true, Hash: apiKeyHash(byte(i)), Name: "a"})
		switch {
		case err == nil:
			made.Add(1)
		case errors.Is(err, store.ErrAPIKeyExists):
			return nil
		}
		return err
	})
	f.same("made", made.Load(), int64(1))
	f.same("keys", len(f.apiKeys()), 1)
}

func apiKeyWrong(f *fixture) {
	for _, name := range []string{"", "a b", "-a", "a/b", "ä", "a\x00", strings.Repeat("a", store.MaxAPIKeyName+1)} {
		var wrong *store.APIKeyError
		if err := f.s.ChangeAPIKeys(f.ctx, store.CreateAPIKey{AllFlows: true, Hash: apiKeyHash(1), Name: name}); !errors.As(err, &wrong) {
			f.Errorf("the name %q: %v", name, err)
		}
	}
	var wrong *store.APIKeyError
	if err := f.s.ChangeAPIKeys(f.ctx, store.CreateAPIKey{Name: "a", Flows: make([]string, store.MaxAPIKeyFlows+1)}); !errors.As(err, &wrong) {
		f.Errorf("too many flows: %v", err)
	}
	f.same("keys", len(f.apiKeys()), 0)
}

// fillAPIKeys makes keys until there are as many as may be.
type fillAPIKeys struct{}

func (fillAPIKeys) Apply(keys []store.APIKey, now time.Time) (store.APIKeyDiff, error) {
	var d store.APIKeyDiff
	for i := len(keys); i < store.MaxAPIKeys; i++ {
		d.Put = append(d.Put, store.APIKey{Hash: store.APIKeyHash{1, byte(i), byte(i >> 8)}, Name: fmt.Sprint("key", i), Created: now})
	}
	return d, nil
}

func apiKeyCount(f *fixture) {
	f.ok(f.s.ChangeAPIKeys(f.ctx, fillAPIKeys{}))
	var full *store.APIKeyError
	if err := f.s.ChangeAPIKeys(f.ctx, store.CreateAPIKey{AllFlows: true, Hash: apiKeyHash(9), Name: "more"}); !errors.As(err, &full) {
		f.Errorf("one key too many: %v", err)
	}
	if err := f.s.ChangeAPIKeys(f.ctx, store.RotateAPIKey{Hash: apiKeyHash(9), Name: "key7", Overlap: time.Hour}); !errors.As(err, &full) {
		f.Errorf("a rotation that needs one key more: %v", err)
	}
	f.ok(f.s.ChangeAPIKeys(f.ctx, store.RotateAPIKey{Hash: apiKeyHash(9), Name: "key7"}))
	f.same("keys", len(f.apiKeys()), store.MaxAPIKeys)
}

func apiKeyRotate(f *fixture) {
	begin := f.clock.Now()
	f.ok(f.s.ChangeAPIKeys(f.ctx, store.CreateAPIKey{Hash: apiKeyHash(1), Name: "a", Flows: []string{"x"}, Lifetime: 90 * time.Hour}))
	f.createAPIKey(5, "b")
	f.clock.Advance(time.Hour)
	f.ok(f.s.ChangeAPIKeys(f.ctx, store.RotateAPIKey{Hash: apiKeyHash(2), Name: "a", Hint: "gwk_", Overlap: 2 * time.Hour}))
	f.same("keys", f.apiKeys(), []store.APIKey{
		{Hash: apiKeyHash(1), Name: "a", Flows: []string{"x"}, Created: begin, Expires: begin.Add(3 * time.Hour)},
		{Hash: apiKeyHash(2), Name: "a", Hint: "gwk_", Flows: []string{"x"}, Created: begin.Add(time.Hour), Expires: begin.Add(91 * time.Hour)},
		{Hash: apiKeyHash(5), Name: "b", AllFlows: true, Created: begin},
	})
	f.clock.Advance(2 * time.Hour)
	f.ok(f.s.ChangeAPIKeys(f.ctx, store.RotateAPIKey{Hash: apiKeyHash(3), Name: "a", Overlap: 1000 * time.Hour, Lifetime: time.Hour}))
	f.same("keys", f.apiKeys(), []store.APIKey{
		{Hash: apiKeyHash(2), Name: "a", Hint: "gwk_", Flows: []string{"x"}, Created: begin.Add(time.Hour), Expires: begin.Add(91 * time.Hour)},
		{Hash: apiKeyHash(3), Name: "a", Flows: []string{"x"}, Created: begin.Add(3 * time.Hour), Expires: begin.Add(4 * time.Hour)},
		{Hash: apiKeyHash(5), Name: "b", AllFlows: true, Created: begin},
	})
	f.is(f.s.ChangeAPIKeys(f.ctx, store.RotateAPIKey{Hash: apiKeyHash(4), Name: "c"}), store.ErrNotFound)
}

func apiKeyRotateAtOnce(f *fixture) {
	f.createAPIKey(1, "a")
	f.ok(f.s.ChangeAPIKeys(f.ctx, store.RotateAPIKey{Hash: apiKeyHash(2), Name: "a"}))
	f.same("keys", f.apiKeys(), []store.APIKey{{Hash: apiKeyHash(2), Name: "a", AllFlows: true, Created: f.clock.Now()}})
}

func apiKeyRevoke(f *fixture) {
	f.createAPIKey(1, "a")
	f.createAPIKey(2, "b")
	f.ok(f.s.ChangeAPIKeys(f.ctx, store.RotateAPIKey{Hash: apiKeyHash(3), Name: "a", Overlap: time.Hour}))
	f.ok(f.s.ChangeAPIKeys(f.ctx, store.RevokeAPIKey{Name: "a"}))
	f.same("keys", f.apiKeys(), []store.APIKey{{Hash: apiKeyHash(2), Name: "b", AllFlows: true, Created: f.clock.Now()}})
	f.is(f.s.ChangeAPIKeys(f.ctx, store.RevokeAPIKey{Name: "a"}), store.ErrNotFound)
	f.createAPIKey(1, "a")
}

func apiKeyVersion(f *fixture) {
	version := func() int64 {
		f.Helper()
		n, err := f.s.APIKeysVersion(f.ctx)
		f.ok(err)
		list, err := f.s.ListAPIKeys(f.ctx)
		f.ok(err)
		f.same("version of the list", list.Version, n)
		return n
	}
	last := version()
	for _, c := range []struct {
		name  string
		grows bool
		do    func() error
	}{
		{"create", true, func() error {
			return f.s.ChangeAPIKeys(f.ctx, store.CreateAPIKey{AllFlows: true, Hash: apiKeyHash(1), Name: "a"})
		}},
		{"use", false, func() error { return f.s.NoteAPIKeyUses(f.ctx, apiKeyHash(1)) }},
		{"rotate", true, func() error { return f.s.ChangeAPIKeys(f.ctx, store.RotateAPIKey{Hash: apiKeyHash(2), Name: "a"}) }},
		{"revoke", true, func() error { return f.s.ChangeAPIKeys(f.ctx, store.RevokeAPIKey{Name: "a"}) }},
	} {
		f.ok(c.do())
		now := version()
		f.same(c.name+" makes the version grow", now > last, c.grows)
		last = now
	}
	f.is(f.s.ChangeAPIKeys(f.ctx, store.RevokeAPIKey{Name: "a"}), store.ErrNotFound)
	f.same("version after an error", version(), last)
}

func apiKeyUse(f *fixture) {
	begin := f.clock.Now()
	f.createAPIKey(1, "a")
	f.createAPIKey(2, "b")
	f.clock.Advance(time.Minute)
	f.ok(f.s.NoteAPIKeyUses(f.ctx, apiKeyHash(1), apiKeyHash(9)))
	f.clock.Advance(time.Minute)
	f.ok(f.s.ChangeAPIKeys(f.ctx, store.RotateAPIKey{Hash: apiKeyHash(3), Name: "a", Overlap: time.Hour}))
	f.same("keys", f.apiKeys(), []store.APIKey{
		{Hash: apiKeyHash(1), Name: "a", AllFlows: true, Created: begin, Expires: begin.Add(62 * time.Minute), Used: begin.Add(time.Minute)},
		{Hash: apiKeyHash(3), Name: "a", AllFlows: true, Created: begin.Add(2 * time.Minute)},
		{Hash: apiKeyHash(2), Name: "b", AllFlows: true, Created: begin},
	})
}

func apiKeyReopen(f *fixture) {
	f.createAPIKey(1, "a")
	before := f.apiKeys()
	f.ok(f.s.Close())
	f.reopen()
	f.same("keys", f.apiKeys(), before)
}
