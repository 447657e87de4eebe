package watch

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/fsnotify/fsnotify"
)

// tree makes folders, files, and links from a name to a target in a new folder,
// and returns its path.
func tree(t *testing.T, names [][2]string) string {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range names {
		at := filepath.Join(dir, n[0])
		switch n[1] {
		case "folder":
			err = os.MkdirAll(at, 0o700)
		case "file":
			err = os.WriteFile(at, nil, 0o600)
		default:
			err = os.Symlink(n[1], at)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestWatchSet(t *testing.T) {
	t.Parallel()
	dir := tree(t, [][2]string{
		{"flows/sub", "folder"},
		{"flows/a.hcl", "file"},
		{"flows/app.log", "file"},
		{"releases/1", "folder"},
		{"releases/1/b.hcl", "file"},
		{"flows/current", "../releases/live"},
		{"releases/live", "1"},
		{"flows/b.hcl", "current/b.hcl"},
		{"flows/round", "about"},
		{"flows/about", "round"},
	})
	at := func(name string) string { return filepath.Join(dir, name) }
	s := newWatchSet()
	s.addFolder(at("flows"))
	s.addFolder(at("flows/current"))
	for _, name := range []string{"flows/a.hcl", "flows/b.hcl", "flows/round", "texts/deep/hello", "releases/1/b.hcl/under-a-file"} {
		s.addFile(at(name))
	}
	for name, whole := range map[string]bool{"flows": true, "releases": false, "releases/1": true, ".": false} {
		if got, watched := s.folders[at(name)]; !watched || got != whole {
			t.Errorf("%s: watched %t, for all that is new %t", name, watched, got)
		}
	}
	for _, name := range []string{"flows/current", "flows/sub", "texts", "texts/deep"} {
		if _, watched := s.folders[at(name)]; watched {
			t.Errorf("%s is watched", name)
		}
	}
	const create, write, remove = fsnotify.Create, fsnotify.Write, fsnotify.Remove
	for _, c := range []struct {
		name string
		op   fsnotify.Op
		want bool
	}{
		{"flows/a.hcl", write, true},
		{"flows/new.hcl", create, true},
		{"flows/sub", create, true},     // a folder
		{"flows/current", create, true}, // a link on the way
		{"flows/current", remove, true},
		{"releases/live", create, true},
		{"releases/1/b.hcl", write, true},
		{"releases/1", remove, true}, // a watched folder itself
		{"flows", remove, true},
		{"texts", create, true}, // missing so far
		{"flows/app.log", create, false},
		{"flows/app.log", write, false},
		{"flows/app.log", remove, false},
		{"flows/4913", create, false}, // gone again
		{"releases/2", create, false},
		{"other.hcl", create, false},
	} {
		if got := s.matches(fsnotify.Event{Name: at(c.name), Op: c.op}); got != c.want {
			t.Errorf("%s of %s matches: %t", c.op, c.name, got)
		}
	}
}

// TestWatchNewTests: a new file of tests beside a flow file that is watched alone causes
// an event that matches.
func TestWatchNewTests(t *testing.T) {
	t.Parallel()
	dir := tree(t, [][2]string{{"flows", "folder"}, {"flows/a.hcl", "file"}})
	for tests, want := range map[bool]bool{true: true, false: false} {
		s := newScanner([]string{filepath.Join(dir, "flows/a.hcl")}, tests).scan(nil)
		e := fsnotify.Event{Name: filepath.Join(dir, "flows/a.test.hcl"), Op: fsnotify.Create}
		if got := s.set.matches(e); got != want {
			t.Errorf("with tests %t, a new file of tests matches: %t", tests, got)
		}
	}
}

// TestWatchMissingTargets: the target of a link that leads nowhere may be made later.
func TestWatchMissingTargets(t *testing.T) {
	t.Parallel()
	dir := tree(t, [][2]string{{"flows", "folder"}, {"other", "folder"}, {"flows/a.hcl", "../other/a.hcl"}, {"flows/more", "../other/more"}})
	s := newScanner([]string{filepath.Join(dir, "flows")}, false).scan(nil)
	for _, name := range []string{"other/a.hcl", "other/more"} {
		if !s.set.matches(fsnotify.Event{Name: filepath.Join(dir, name), Op: fsnotify.Create}) {
			t.Errorf("making %s does not match", name)
		}
	}
}
