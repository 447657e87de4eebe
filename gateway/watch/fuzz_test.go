package watch

import (
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/fsnotify/fsnotify"

	"github.com/webhook-gateway/gateway/config/load"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/internal/testutil/fuzztest"
)

// FuzzScan edits a tree of files. A scanner that remembers stamps finds what a new one
// finds, and each edit that changes a scan causes an event that matches.
func FuzzScan(f *testing.F) {
	for seed := range 30 {
		f.Add(fmt.Append(nil, seed))
	}
	f.Fuzz(func(t *testing.T, decisions []byte) {
		tree := editedTree{fuzztest.NewRand(decisions), tree(t, [][2]string{{"flows", "folder"}, {"other", "folder"}})}
		paths, tests := []string{filepath.Join(tree.dir, tree.pick("flows", "flows", "flows/sub", "flows/a.hcl", "other/link"))}, tree.IntN(2) == 0
		read := map[string]load.Digest{}
		for _, name := range []string{"flows/text", "flows/link/text", "other/sub/text", "flows/sub/link"} {
			read[FSPath(filepath.Join(tree.dir, name))] = load.Digest{}
		}
		for range tree.IntN(12) {
			tree.edit(t)
		}
		scanner := newScanner(paths, tests)
		scanner.now = func() time.Time { return clock.System{}.Now().Add(time.Hour) }
		before := scanner.scan(read)
		for range 4 {
			edit, events := tree.edit(t)
			after, whole := scanner.scan(read), newScanner(paths, tests).scan(read)
			if !reflect.DeepEqual(after.digests, whole.digests) || !reflect.DeepEqual(after.set.folders, whole.set.folders) || !reflect.DeepEqual(after.set.names, whole.set.names) {
				t.Fatalf("%s: a scan by stamps finds %v, a whole one %v", edit, after, whole)
			}
			if !sameReadable(before.digests, after.digests) && !matchesAny(before.set, events) {
				t.Fatalf("paths %q, tests %t,%s: of the events %v none matches the set %v, after %q", paths, tests, edit, events, before.set, tree.list())
			}
			before = after
		}
	})
}

// matchesAny reports whether one of the events occurs in the watched folders and
// matches.
func matchesAny(s *watchSet, events []fsnotify.Event) bool {
	for _, e := range events {
		_, inFolder := s.folders[filepath.Dir(e.Name)]
		_, itself := s.folders[e.Name]
		if (inFolder || itself && !e.Has(fsnotify.Create)) && s.matches(e) {
			return true
		}
	}
	return false
}

// editedTree is a folder with files, folders and links that are edited at random.
type editedTree struct {
	*rand.Rand
	dir string
}

func (e editedTree) pick(of ...string) string { return of[e.IntN(len(of))] }

// path returns a path in a folder that exists, without links but for its end.
func (e editedTree) path() string {
	dir, err := filepath.EvalSymlinks(filepath.Join(e.dir, e.pick("flows", "flows/sub", "other", "other/sub", "flows/link", ".")))
	if info, statErr := os.Stat(dir); err != nil || statErr != nil || !info.IsDir() {
		dir = e.dir
	}
	return filepath.Join(dir, e.pick("a.hcl", "b.hcl", "a.test.hcl", "text", "sub", "link", "flows"))
}

// list returns the paths of the tree, with the targets of links.
func (e editedTree) list() (paths []string) {
	_ = filepath.WalkDir(e.dir, func(p string, _ fs.DirEntry, _ error) error {
		target, _ := os.Readlink(p)
		paths = append(paths, p+" "+target)
		return nil
	})
	return paths
}

// edit changes one thing if it can, says what, and returns the events of it. Texts
// that differ have different lengths: stamps do not count texts that are written at
// the same moment.
func (e editedTree) edit(t *testing.T) (what string, events []fsnotify.Event) {
	t.Helper()
	path := e.path()
	info, err := os.Lstat(path)
	exists := err == nil
	event := func(name string, op fsnotify.Op) {
		what += fmt.Sprintf(" %s %s", op, name)
		events = append(events, fsnotify.Event{Name: name, Op: op})
	}
	switch e.IntN(6) {
	case 0, 1:
		if exists && !info.Mode().IsRegular() {
			break
		}
		if os.WriteFile(path, []byte(strings.Repeat("#", e.IntN(3))), 0o600) == nil {
			event(path, map[bool]fsnotify.Op{false: fsnotify.Create, true: fsnotify.Write}[exists])
		}
	case 2:
		if os.Mkdir(path, 0o700) == nil {
			event(path, fsnotify.Create)
		}
	case 3:
		target := e.pick("sub", "text", "a.hcl", "../flows", "../other", "link", "../other/sub", "../other/link", e.dir+"/other/a.hcl")
		if os.Symlink(target, path) == nil {
			event(path, fsnotify.Create)
		}
	case 4:
		_ = filepath.WalkDir(path, func(p string, _ fs.DirEntry, err error) error {
			if err == nil {
				event(p, fsnotify.Remove)
			}
			return nil
		})
		if err := os.RemoveAll(path); err != nil {
			t.Fatal(err)
		}
	case 5:
		to := e.path()
		if os.Rename(path, to) == nil {
			event(path, fsnotify.Rename)
			event(to, fsnotify.Create)
		}
	}
	return what, events
}
