//go:build unix

package sqlite_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/store"
	"github.com/webhook-gateway/gateway/store/sqlite"
)

// checkRefusals checks that an open store accepts nothing because of a lost
// file.
func checkRefusals(t *testing.T, s *sqlite.Store) {
	t.Helper()
	_, accept := s.Accept(t.Context(), sqlite.NewSubmission(nil))
	for name, err := range map[string]error{"accepting": accept, "pinging": s.Ping(t.Context())} {
		if !store.IsUnavailable(err) || store.WhyUnavailable(err) != "its file was deleted or replaced" || !strings.Contains(err.Error(), sqlite.FileName) {
			t.Errorf("%s: %v, want an error that names the file", name, err)
		}
	}
}

// TestLostFile takes the files of an open store away.
func TestLostFile(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		lose func(path string) error
		left bool // a file is at the path
	}{
		"the file is deleted":             {lose: os.Remove},
		"an empty file replaces it":       {lose: func(path string) error { return errors.Join(os.Remove(path), os.WriteFile(path, nil, 0o600)) }, left: true},
		"the file is moved away":          {lose: func(path string) error { return os.Rename(path, path+".old") }},
		"a copy replaces it":              {lose: replaceByCopy, left: true},
		"the log is deleted":              {lose: func(path string) error { return os.Remove(path + "-wal") }, left: true},
		"the folder is moved away":        {lose: func(path string) error { return os.Rename(filepath.Dir(path), filepath.Dir(path)+".old") }},
		"all files of the folder are new": {lose: replaceByNew, left: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(t.TempDir(), "data")
			path := filepath.Join(dir, sqlite.FileName)
			s := sqlite.OpenAt(t, dir)
			id := sqlite.AcceptRun(t, s, []byte("before"))
			if err := c.lose(path); err != nil {
				t.Fatal(err)
			}
			before, _ := os.ReadFile(path)
			for range 2 {
				checkRefusals(t, s)
			}
			if _, err := s.Get(t.Context(), id); err != nil && !store.IsUnavailable(err) {
				t.Errorf("reading: %v", err)
			}
			after, err := os.ReadFile(path)
			if c.left != (err == nil) || string(before) != string(after) {
				t.Errorf("%d bytes are at the path of the file, %d before (%v): the store wrote into it", len(after), len(before), err)
			}
		})
	}
}

// replaceByCopy restores a backup, as programs do that rename it into place.
func replaceByCopy(path string) error {
	content, err := os.ReadFile(path)
	return errors.Join(err, os.WriteFile(path+".new", content, 0o600), os.Rename(path+".new", path))
}

// replaceByNew replaces all files by those of a new store.
func replaceByNew(path string) error {
	if err := os.RemoveAll(filepath.Dir(path)); err != nil {
		return err
	}
	s, err := sqlite.Open(sqlite.Options{Dir: filepath.Dir(path), Clock: clock.System{}})
	if err != nil {
		return err
	}
	return s.Close()
}

// TestLostFileComesBack moves the file of an open store away and back. The store
// continues, also when the file was away at the moment of a commit.
func TestLostFileComesBack(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := sqlite.OpenAt(t, dir)
	away := func() error { return os.Rename(s.Path(), s.Path()+".away") }
	back := func() error { return os.Rename(s.Path()+".away", s.Path()) }
	c := newConfirmed()
	c.accepted[sqlite.AcceptRun(t, s, nil)] = true
	if err := s.PingWith(t.Context(), away); store.WhyUnavailable(err) == "" {
		t.Errorf("a commit into a file that was moved away: %v, want an error", err)
	}
	checkRefusals(t, s)
	if err := back(); err != nil {
		t.Fatal(err)
	}
	c.accepted[sqlite.AcceptRun(t, s, nil)] = true
	finishOpen(t, s, c)
}
