package acme

import (
	"context"
	"errors"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap"

	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/internal/redact"
	"github.com/webhook-gateway/gateway/store"
)

// memoryFiles keeps files and locks in memory, as the engines do. While it is away,
// locks can't be extended.
type memoryFiles struct {
	mu    sync.Mutex
	files map[string][]byte
	locks map[string]lockRow
	last  int64 // token
	away  bool
}

type lockRow struct {
	token   int64
	expires time.Time
}

func (m *memoryFiles) checkLocks(held []store.CertificateLock) error {
	for _, l := range held {
		if row := m.locks[l.Name]; row.token != l.Token || !(clock.System{}).Now().Before(row.expires) {
			return store.LostCertificateLock()
		}
	}
	return nil
}

func (m *memoryFiles) PutCertificateFile(_ context.Context, f store.CertificateFile, held ...store.CertificateLock) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.checkLocks(held); err != nil {
		return err
	}
	m.files[f.Name] = f.Sealed
	return nil
}

func (m *memoryFiles) GetCertificateFile(_ context.Context, name string) (store.CertificateFile, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	sealed, ok := m.files[name]
	if !ok {
		return store.CertificateFile{}, store.MissingCertificateFile(name)
	}
	return store.CertificateFile{Name: name, Sealed: sealed, Size: len(sealed)}, nil
}

func (m *memoryFiles) ListCertificateFiles(_ context.Context, folder string) (out []store.CertificateFile, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, name := range slices.Sorted(maps.Keys(m.files)) {
		if folder == "" || strings.HasPrefix(name, folder+"/") {
			out = append(out, store.CertificateFile{Name: name, Size: len(m.files[name])})
		}
	}
	return out, nil
}

func (m *memoryFiles) DeleteCertificateFiles(_ context.Context, name string, held ...store.CertificateLock) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.checkLocks(held); err != nil {
		return err
	}
	maps.DeleteFunc(m.files, func(n string, _ []byte) bool { return n == name || strings.HasPrefix(n, name+"/") })
	return nil
}

func (m *memoryFiles) TakeCertificateLock(_ context.Context, name string, lease time.Duration) (store.CertificateLock, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := clock.System{}.Now()
	if row, ok := m.locks[name]; ok && now.Before(row.expires) {
		return store.CertificateLock{}, false, nil
	}
	m.last++
	m.locks[name] = lockRow{m.last, now.Add(lease)}
	return store.CertificateLock{Name: name, Token: m.last}, true, nil
}

func (m *memoryFiles) ExtendCertificateLock(_ context.Context, l store.CertificateLock, lease time.Duration) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.away {
		return &store.UnavailableError{Err: errors.New("away")}
	}
	if err := m.checkLocks([]store.CertificateLock{l}); err != nil {
		return err
	}
	m.locks[l.Name] = lockRow{l.Token, clock.System{}.Now().Add(lease)}
	return nil
}

func (m *memoryFiles) DropCertificateLock(_ context.Context, l store.CertificateLock) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.locks[l.Name].token == l.Token {
		delete(m.locks, l.Name)
	}
	return nil
}

func (m *memoryFiles) setAway(away bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.away = away
}

func newMemoryFiles() *memoryFiles {
	return &memoryFiles{files: map[string][]byte{}, locks: map[string]lockRow{}}
}

func newShared(files store.CertificateFiles) *sharedStorage {
	return &sharedStorage{files: files, sealer: redact.NewSealer([]byte("0123456789abcdef")), clock: clock.System{}, log: zap.NewNop()}
}

func TestSharedFilesAreSealed(t *testing.T) {
	t.Parallel()
	files := newMemoryFiles()
	s := newShared(files)
	ctx := t.Context()
	for name, content := range map[string]string{"a/key": "PRIVATE KEY", "a/empty": "", "a/lines": "a/key\nb\n"} {
		if err := s.Store(ctx, name, []byte(content)); err != nil {
			t.Fatal(err)
		}
		if got, err := s.Load(ctx, name); err != nil || string(got) != content {
			t.Errorf("%s: %q, %v", name, got, err)
		}
		if sealed := files.files[name]; !redact.IsSealed(sealed) || strings.Contains(string(sealed), "PRIVATE") {
			t.Errorf("%s is stored as %q", name, sealed)
		}
	}
	files.files["b/key"] = files.files["a/key"]
	if _, err := s.Load(ctx, "b/key"); err == nil {
		t.Error("a file has the content of another one")
	}
	other := newShared(files)
	other.sealer = redact.NewSealer([]byte("another key, too"))
	if _, err := other.Load(ctx, "a/key"); err == nil || errors.Is(err, fs.ErrNotExist) {
		t.Errorf("with another key: %v", err)
	}
	if _, err := s.Load(ctx, "a/none"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a missing file: %v", err)
	}
	if err := s.Store(ctx, "a/large", make([]byte, maxFileSize+1)); err == nil {
		t.Error("a file of any size is stored")
	}
}

func TestSharedFolders(t *testing.T) {
	t.Parallel()
	s := newShared(newMemoryFiles())
	ctx := t.Context()
	for _, name := range []string{"acme/ca/users/ann/ann.json", "acme/ca/users/ann/ann.key", "acme/ca/users/bob/bob.json", "acme/ca/tokens"} {
		if err := s.Store(ctx, name, []byte("x")); err != nil {
			t.Fatal(err)
		}
	}
	list := func(folder string, recursive bool) string {
		got, err := s.List(ctx, folder, recursive)
		if err != nil {
			return err.Error()
		}
		return strings.Join(got, " ")
	}
	for _, c := range []struct {
		folder    string
		recursive bool
		want      string
	}{
		{"acme/ca/users", false, "acme/ca/users/ann acme/ca/users/bob"},
		{"acme/ca", false, "acme/ca/tokens acme/ca/users"},
		{"", false, "acme"},
		{"acme/ca/users/ann", true, "acme/ca/users/ann/ann.json acme/ca/users/ann/ann.key"},
	} {
		if got := list(c.folder, c.recursive); got != c.want {
			t.Errorf("%q has %q, want %q", c.folder, got, c.want)
		}
	}
	if _, err := s.List(ctx, "acme/ca/user", false); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a missing folder: %v", err)
	}
	for name, terminal := range map[string]bool{"acme/ca/users/ann": false, "acme/ca/tokens": true} {
		info, err := s.Stat(ctx, name)
		if err != nil || info.IsTerminal != terminal || info.Key != name || !s.Exists(ctx, name) {
			t.Errorf("%s: %+v, %v", name, info, err)
		}
	}
	if err := s.Delete(ctx, "acme/ca/users/ann"); err != nil {
		t.Fatal(err)
	}
	if s.Exists(ctx, "acme/ca/users/ann") || s.Exists(ctx, "acme/ca/users/ann/ann.key") || !s.Exists(ctx, "acme/ca/users/bob/bob.json") {
		t.Error("the wrong files were deleted")
	}
}

// A lock lasts as long as its gateway needs it, and a waiting gateway takes it within
// a second after that.
func TestSharedLock(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		files := newMemoryFiles()
		first, second := newShared(files), newShared(files)
		ctx := t.Context()
		if err := first.Lock(ctx, "x"); err != nil {
			t.Fatal(err)
		}
		taken := make(chan error, 1)
		go func() { taken <- second.Lock(ctx, "x") }()
		clock.Sleep(ctx, clock.System{}, time.Hour) //nolint:errcheck // the context lasts as long as the test
		if len(taken) > 0 {
			t.Fatal("two gateways have one lock")
		}
		if err := first.Unlock(ctx, "x"); err != nil {
			t.Error(err)
		}
		clock.Sleep(ctx, clock.System{}, lockPause) //nolint:errcheck // as above
		synctest.Wait()
		if len(taken) == 0 {
			t.Error("the lock was not taken")
		}
		if err := <-taken; err != nil {
			t.Error(err)
		}
		if err := first.Unlock(ctx, "x"); err == nil {
			t.Error("a lock that is not held was given back")
		}
		waiting, cancel := context.WithCancel(ctx)
		go func() { taken <- first.Lock(waiting, "x") }()
		synctest.Wait()
		cancel()
		if err := <-taken; !errors.Is(err, context.Canceled) {
			t.Errorf("a wait whose context has ended: %v", err)
		}
		if err := second.Unlock(ctx, "x"); err != nil {
			t.Error(err)
		}
	})
}

// A gateway that could not extend its lock changes no file, so that it can't replace
// what the next one has stored.
func TestSharedLockIsFenced(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		files := newMemoryFiles()
		old, next := newShared(files), newShared(files)
		ctx := t.Context()
		if err := old.Lock(ctx, "x"); err != nil {
			t.Fatal(err)
		}
		files.setAway(true)
		clock.Sleep(ctx, clock.System{}, lockTime) //nolint:errcheck // the context lasts as long as the test
		files.setAway(false)
		if err := next.Lock(ctx, "x"); err != nil {
			t.Fatal(err)
		}
		if err := next.Store(ctx, "a", []byte("next")); err != nil {
			t.Fatal(err)
		}
		for name, err := range map[string]error{"Store": old.Store(ctx, "a", []byte("old")), "Delete": old.Delete(ctx, "a")} {
			if !errors.Is(err, store.ErrLost) {
				t.Errorf("%s with a lost lock: %v", name, err)
			}
		}
		if err := old.RenewLockLease(ctx, "x", time.Hour); err == nil {
			t.Error("the lock of another gateway was renewed")
		}
		if err := old.Unlock(ctx, "x"); err != nil {
			t.Error(err)
		}
		if got, err := old.Load(ctx, "a"); err != nil || string(got) != "next" {
			t.Errorf("%q, %v", got, err)
		}
		if err := old.Store(ctx, "b", []byte("b")); err != nil {
			t.Errorf("without a lock: %v", err)
		}
		files.setAway(true)
		clock.Sleep(ctx, clock.System{}, lockTime) //nolint:errcheck // as above
		files.setAway(false)
		if err := next.Store(ctx, "a", nil); !errors.Is(err, store.ErrLost) {
			t.Errorf("a lock has no end: %v", err)
		}
		if err := next.RenewLockLease(ctx, "x", time.Hour); err != nil {
			t.Errorf("a free lock was not taken again: %v", err)
		}
		clock.Sleep(ctx, clock.System{}, time.Hour) //nolint:errcheck // as above
		if err := next.Store(ctx, "a", nil); err != nil {
			t.Errorf("with the lock again: %v", err)
		}
		if err := next.Unlock(ctx, "x"); err != nil {
			t.Error(err)
		}
	})
}
