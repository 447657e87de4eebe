package sqlite_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/webhook-gateway/gateway/store"
	"github.com/webhook-gateway/gateway/store/sqlite"
)

// makeOldFile makes a file with runs as an earlier version did, and returns its
// size.
func makeOldFile(t *testing.T, dir string, runs int) (ids []string, size int64) {
	t.Helper()
	s := sqlite.OpenAt(t, dir)
	for range runs {
		ids = append(ids, sqlite.AcceptRun(t, s, bytes.Repeat([]byte("body "), 10_000)))
	}
	for _, w := range sqlite.ClaimAll(t, s) {
		if err := s.Finish(t.Context(), w.Claim, &store.Ending{State: store.Succeeded}); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, sqlite.FileName)
	execFile(t, path, "PRAGMA auto_vacuum = NONE; VACUUM")
	return ids, fileSize(t, path)
}

func fileSize(t *testing.T, path string) int64 {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}

// TestConvertFile opens a file of an earlier version. The file has its data, and
// shrinks after a purge.
func TestConvertFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	ids, before := makeOldFile(t, dir, 100)
	s, warnings := sqlite.OpenSmall(t, dir, before)
	if len(*warnings) > 0 {
		t.Errorf("it warned of %q", *warnings)
	}
	if run, err := s.Get(t.Context(), ids[7]); err != nil || len(run.Body) != 50_000 {
		t.Errorf("a run of the file is %+v, %v", run, err)
	}
	if mode, err := s.Pragma(t.Context(), "temp_store"); err != nil || mode != "2" {
		t.Errorf("temp_store is %s, %v", mode, err)
	}
	for more := true; more; {
		purged, err := s.Purge(t.Context(), store.Retention{Runs: time.Nanosecond, Bytes: 1})
		if err != nil {
			t.Fatal(err)
		}
		more = purged.More
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, sqlite.FileName)
	if after := fileSize(t, path); after > before/2 || queryFile[int](t, path, "PRAGMA auto_vacuum") != 2 {
		t.Errorf("the file of %d bytes has %d after a purge", before, after)
	}
}

// TestConvertLargeFile leaves a large file as it is, and says how to convert it.
func TestConvertLargeFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	ids, before := makeOldFile(t, dir, 3)
	s, warnings := sqlite.OpenSmall(t, dir, before-1)
	path := filepath.Join(dir, sqlite.FileName)
	if len(*warnings) != 1 || !strings.Contains((*warnings)[0], "sqlite3 \""+path+"\" 'PRAGMA auto_vacuum = INCREMENTAL; VACUUM'") {
		t.Errorf("it warned of %q", *warnings)
	}
	if _, err := s.Get(t.Context(), ids[0]); err != nil {
		t.Error(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if mode := queryFile[int](t, path, "PRAGMA auto_vacuum"); mode != 0 {
		t.Errorf("auto_vacuum is %d", mode)
	}
}
