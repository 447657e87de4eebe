package sqlite_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/internal/ulid"
	"github.com/webhook-gateway/gateway/store"
	"github.com/webhook-gateway/gateway/store/sqlite"
)

// useFile opens a file as another program does, until f returns.
func useFile(t *testing.T, path string, f func(*sql.DB) error) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(f(db), db.Close()); err != nil {
		t.Errorf("using %s: %v", path, err)
	}
}

// execFile executes statements on a file.
func execFile(t *testing.T, path, statements string) {
	t.Helper()
	useFile(t, path, func(db *sql.DB) error {
		_, err := db.ExecContext(t.Context(), statements)
		return err
	})
}

// queryFile returns the first value of a query.
func queryFile[T any](t *testing.T, path, query string) (value T) {
	t.Helper()
	useFile(t, path, func(db *sql.DB) error { return db.QueryRowContext(t.Context(), query).Scan(&value) })
	return value
}

func TestFileIsPrivate(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "new", "data")
	s := sqlite.OpenAt(t, dir)
	sqlite.AcceptRun(t, s, nil)
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) < 3 {
		t.Errorf("there are %v, want at least the file, its log and the lock", entries)
	}
	for _, e := range entries {
		info, err := e.Info()
		if err != nil {
			t.Fatal(err)
		}
		if mode := info.Mode().Perm(); mode != 0o600 {
			t.Errorf("%s has mode %o, want 600", e.Name(), mode)
		}
	}
	if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the folder is %v (%v), want mode 700", info.Mode(), err)
	}
}

func TestFolderIsHeld(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := sqlite.OpenAt(t, dir)
	_, err := sqlite.Open(sqlite.Options{Dir: dir, Clock: clock.System{}})
	if !errors.Is(err, store.ErrInUse) || !strings.Contains(err.Error(), dir) || !strings.Contains(err.Error(), "--data") {
		t.Errorf("got %v, want an error that names the folder and the way out", err)
	}
	sqlite.AcceptRun(t, s, nil)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	sqlite.OpenAt(t, dir)
}

func TestDurability(t *testing.T) {
	t.Parallel()
	s := sqlite.OpenAt(t, t.TempDir())
	want := map[string]string{"journal_mode": "wal", "synchronous": "2", "wal_autocheckpoint": "1000", "busy_timeout": "5000"}
	for pragma, value := range want {
		got, err := s.Pragma(t.Context(), pragma)
		if err != nil || got != value {
			t.Errorf("%s is %v (%v), want %s", pragma, got, err, value)
		}
	}
}

func TestNewerSchema(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := sqlite.OpenAt(t, dir)
	execFile(t, s.Path(), "PRAGMA user_version = 99")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	_, err := sqlite.Open(sqlite.Options{Dir: dir, Clock: clock.System{}})
	if !errors.Is(err, store.ErrNewer) || !strings.Contains(err.Error(), "99") {
		t.Errorf("got %v, want an error that names the version", err)
	}
	if _, err := sqlite.Open(sqlite.Options{Dir: dir, Clock: clock.System{}}); !errors.Is(err, store.ErrNewer) {
		t.Errorf("got %v: a store that could not be opened still holds the folder", err)
	}
}

// TestOlderSchema updates the tables of an earlier version, and says so.
func TestOlderSchema(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s, warnings := sqlite.OpenSmall(t, dir, 0)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if len(*warnings) > 0 {
		t.Errorf("of a new file it warned of %q", *warnings)
	}
	execFile(t, s.Path(), "DROP INDEX runs_reason; DROP INDEX runs_flow_state; DROP INDEX runs_key; DROP INDEX runs_flow_reason; PRAGMA user_version = 15")
	s, warnings = sqlite.OpenSmall(t, dir, 0)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if fmt.Sprint(*warnings) != "["+store.UpdatesTables+"]" {
		t.Errorf("it warned of %q", *warnings)
	}
	if n := queryFile[int](t, s.Path(), "SELECT count(*) FROM sqlite_master WHERE name = 'runs_reason'"); n != 1 {
		t.Errorf("there are %d indexes of reasons", n)
	}
}

func TestOtherFiles(t *testing.T) {
	t.Parallel()
	tests := map[string]func(t *testing.T, path string){
		"not a database": func(t *testing.T, path string) {
			if err := os.WriteFile(path, bytes.Repeat([]byte("no database "), 1000), 0o600); err != nil {
				t.Fatal(err)
			}
		},
		"the database of another program": func(t *testing.T, path string) {
			execFile(t, path, "CREATE TABLE t (x); PRAGMA user_version = 1")
		},
		"a folder": func(t *testing.T, path string) {
			if err := os.Mkdir(path, 0o700); err != nil {
				t.Fatal(err)
			}
		},
	}
	for name, makeFile := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			makeFile(t, filepath.Join(dir, sqlite.FileName))
			if s, err := sqlite.Open(sqlite.Options{Dir: dir, Clock: clock.System{}}); err == nil {
				_ = s.Close()
				t.Error("it was opened")
			}
		})
	}
}

// TestDamagedRun overwrites the page that holds the body of a run. Other runs
// must still work.
func TestDamagedRun(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := sqlite.OpenAt(t, dir)
	for i := range 40 {
		sqlite.AcceptRun(t, s, append(fmt.Appendf(nil, "marker-%d.", i), bytes.Repeat([]byte("x"), 3000)...))
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	damagePage(t, filepath.Join(dir, sqlite.FileName), "marker-17.")
	s = sqlite.OpenAt(t, dir)
	var bad []store.Work
	work := sqlite.ClaimAll(t, s)
	for _, w := range work {
		if w.Err != nil {
			bad = append(bad, w)
		}
	}
	if len(work) != 40 || len(bad) != 1 {
		t.Fatalf("of %d runs %d could not be read, want 1 of 40; the first: %v", len(work), len(bad), work[0].Err)
	}
	for _, w := range work {
		if err := s.Finish(t.Context(), w.Claim, &store.Ending{State: store.Succeeded}); err != nil {
			t.Errorf("finishing run %s: %v", w.ID, err)
		}
	}
	if n := countFound(t, s, "marker"); n != 39 {
		t.Errorf("a search finds %d runs, want all but the damaged one", n)
	}
	if _, err := s.Get(t.Context(), bad[0].ID); err == nil {
		t.Error("the damaged run is shown without a word")
	}
	purged, err := s.Purge(t.Context(), store.Retention{Bytes: 1, Body: 1024})
	if err != nil || purged.Runs != 40 {
		t.Errorf("purged %+v (%v), want all", purged, err)
	}
}

// leafOfTable is the first byte of the pages that hold rows.
const leafOfTable = 0x0d

// damagePage overwrites the page of a file that holds the row with the marker.
func damagePage(t *testing.T, path, marker string) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for page := range slices.Chunk(data, 4096) {
		if page[0] == leafOfTable && bytes.Contains(page, []byte(marker)) {
			copy(page, bytes.Repeat([]byte{0xff}, len(page)))
			found++
		}
	}
	if found != 1 {
		t.Fatalf("%s is in %d pages of the file", marker, found)
	}
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestMissingEvent claims a run whose payload is missing.
func TestMissingEvent(t *testing.T) {
	t.Parallel()
	s := sqlite.OpenAt(t, t.TempDir())
	sqlite.AcceptRun(t, s, []byte("a"))
	execFile(t, s.Path(), "DELETE FROM payloads")
	sqlite.AcceptRun(t, s, []byte("b"))
	work := sqlite.ClaimAll(t, s)
	if len(work) != 2 || work[0].Err == nil || work[1].Err != nil {
		t.Fatalf("claimed %+v, want two runs, the first with an error", work)
	}
	if err := s.Retry(t.Context(), work[0].Claim, store.Requeue{Delay: time.Second}); err != nil {
		t.Error(err)
	}
}

// TestUsedBytes checks that the used bytes grow with recorded runs.
func TestUsedBytes(t *testing.T) {
	t.Parallel()
	s := sqlite.OpenAt(t, t.TempDir())
	before, err := s.UsedBytes(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	e := &store.Entry{ID: ulid.New(time.Now()), Flow: "orders", State: store.Succeeded, Payload: store.Payload{Body: make([]byte, 1<<20)}}
	if err := s.Record(context.Background(), e); err != nil {
		t.Fatal(err)
	}
	after, err := s.UsedBytes(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if grown := after - before; grown < 1<<20 || grown > 2<<20 {
		t.Errorf("a body of 1 MiB takes %d bytes", grown)
	}
}

// TestPurgeShrinksFile purges many runs. The file gives most of their space back,
// and keeps some for the next runs.
func TestPurgeShrinksFile(t *testing.T) {
	t.Parallel()
	s := sqlite.OpenAt(t, t.TempDir())
	for range 100 {
		sqlite.AcceptRun(t, s, make([]byte, 200_000))
	}
	for _, w := range sqlite.ClaimAll(t, s) {
		if err := s.Finish(t.Context(), w.Claim, &store.Ending{State: store.Succeeded}); err != nil {
			t.Fatal(err)
		}
	}
	full := pages(t, s)
	for {
		got, err := s.Purge(t.Context(), store.Retention{Bytes: 1 << 20})
		if err != nil {
			t.Fatal(err)
		}
		if !got.More {
			break
		}
	}
	if left := pages(t, s); left > full/4 {
		t.Errorf("the file has %d pages after a purge and had %d before, want less than a quarter", left, full)
	}
}

// pages returns the size of the file in pages.
func pages(t *testing.T, s *sqlite.Store) int {
	t.Helper()
	text, err := s.Pragma(t.Context(), "page_count")
	if err != nil {
		t.Fatal(err)
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestOldKeysAreOverwritten opens a file in which an earlier version stored the
// texts of keys. The file does not keep them in its free space.
func TestOldKeysAreOverwritten(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path, hash := filepath.Join(dir, sqlite.FileName), store.NewKeyHash([]byte("key of the test"))
	open := func() {
		s, err := sqlite.Open(sqlite.Options{Dir: dir, Clock: clock.System{}, KeyHash: hash})
		if err == nil {
			err = s.Close()
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	open()
	execFile(t, path, `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300)
		INSERT INTO keys SELECT 'dedupe/orders', CAST('customer-text-' || (i * 7919 % 300) AS BLOB), 'run', NULL, 9e12 FROM n`)
	execFile(t, path, "DELETE FROM key_hash")
	if content, err := os.ReadFile(path); err != nil || !bytes.Contains(content, []byte("customer-text")) {
		t.Fatal("the file does not hold the texts", err)
	}
	open()
	if content, err := os.ReadFile(path); err != nil || bytes.Contains(content, []byte("customer-text")) {
		t.Error("the file holds texts of keys", err)
	}
	if n := queryFile[int](t, path, "SELECT count(*) FROM keys"); n != 300 {
		t.Errorf("%d keys are left", n)
	}
}

// countFound returns how many runs a search finds on all its pages: a page ends early
// when its time is over.
func countFound(t *testing.T, s *sqlite.Store, text string) int {
	t.Helper()
	q, found := store.ListQuery{Limit: 100, Filter: store.Filter{Text: text}}, 0
	for {
		page, err := s.List(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		found += len(page.Runs)
		if q.After = page.Next; q.After == "" {
			return found
		}
	}
}
