package watch

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/webhook-gateway/gateway/config/load"
	"github.com/webhook-gateway/gateway/internal/clock"
)

// TestSeeReadsWhatMayHaveChanged: a file is read again unless its stamp is an old one
// and the same.
func TestSeeReadsWhatMayHaveChanged(t *testing.T) {
	t.Parallel()
	dir := tree(t, [][2]string{{"a.hcl", "file"}, {"link.hcl", "a.hcl"}})
	later := clock.System{}.Now().Add(time.Hour)
	fresh := load.DigestFile(rootFS(), FSPath(filepath.Join(dir, "a.hcl")))
	kept := load.Digest{1} // no file has it
	for _, c := range []struct {
		name, file string
		now        time.Time
		edit       func(path string) error
		want       load.Digest
	}{
		{"the same", "a.hcl", later, nil, kept},
		{"changed a moment ago", "a.hcl", clock.System{}.Now(), nil, fresh},
		{"changed in the future, or the clock was set back", "a.hcl", clock.System{}.Now().Add(-time.Hour), nil, fresh},
		{"a link", "link.hcl", later, nil, fresh},
		{"replaced by a copy", "a.hcl", later, func(path string) error {
			if err := os.WriteFile(path+".new", nil, 0o600); err != nil {
				return err
			}
			return os.Rename(path+".new", path)
		}, fresh},
		{"removed", "a.hcl", later, os.Remove, load.Digest{}},
		{"replaced by a folder", "a.hcl", later, func(path string) error { return os.Mkdir(path, 0o700) }, load.Digest{}},
	} {
		path := filepath.Join(dir, c.file)
		s := &scanner{}
		before := s.see(rootFS(), FSPath(path), later)
		s.known = map[string]knownFile{FSPath(path): {before.stamp, kept}}
		if c.edit != nil {
			if err := c.edit(path); err != nil {
				t.Fatal(err)
			}
		}
		if got := s.see(rootFS(), FSPath(path), c.now); got.digest != c.want {
			t.Errorf("%s: the digest is %x, want %x", c.name, got.digest[:4], c.want[:4])
		}
	}
}

// TestWholePolls: one of several polls reads files although their stamps stay the same.
func TestWholePolls(t *testing.T) {
	t.Parallel()
	w, _ := newWatcher(t, nil, nil)
	w.scanner.now = func() time.Time { return clock.System{}.Now().Add(time.Hour) }
	path := FSPath(filepath.Join(w.opts.Paths[0], "main.hcl"))
	fresh := load.DigestFile(rootFS(), path)
	kept := load.Digest{1} // no file has it
	w.poll()
	known := w.scanner.known[path]
	known.digest = kept
	w.scanner.known[path] = known
	for n := 2; n <= 2*wholePolls; n++ {
		want := kept
		if n >= wholePolls {
			want = fresh
		}
		w.poll()
		if got := w.scanned.now[path]; got != want {
			t.Errorf("poll %d finds the digest %x, want %x", n, got[:4], want[:4])
		}
	}
}
