package load_test

import (
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/webhook-gateway/gateway/config/load"
	"github.com/webhook-gateway/gateway/internal/clock"
)

func write(t *testing.T, dir, name, text string) {
	t.Helper()
	at := filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(at), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(at, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func link(t *testing.T, dir, name, target string) {
	t.Helper()
	if err := os.Symlink(target, filepath.Join(dir, filepath.FromSlash(name))); err != nil {
		t.Fatal(err)
	}
}

func TestFind(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name    string
		make    func(t *testing.T, dir string)
		paths   []string
		files   []string
		folders []string
		errors  int
	}{
		{
			name: "names",
			make: func(t *testing.T, dir string) {
				for _, name := range []string{"b.hcl", "a.hcl", "sub/c.hcl", "a.test.hcl", ".hidden.hcl", ".git/d.hcl", "notes.txt"} {
					write(t, dir, name, "")
				}
			},
			paths: []string{"."}, files: []string{"a.hcl", "b.hcl", "sub/c.hcl"}, folders: []string{".", "sub"},
		},
		{
			name: "data folder of a gateway",
			make: func(t *testing.T, dir string) {
				for _, name := range []string{"a.hcl", "data/gateway.db", "data/b.hcl", "shared/key", "shared/admin-token", "shared/c.hcl", "flows/key", "flows/d.hcl"} {
					write(t, dir, name, "")
				}
			},
			paths: []string{"."}, files: []string{"a.hcl", "flows/d.hcl"}, folders: []string{".", "flows"},
		},
		{
			name: "data folder that is named",
			make: func(t *testing.T, dir string) {
				write(t, dir, "data/gateway.db", "")
				write(t, dir, "data/b.hcl", "")
			},
			paths: []string{"data"}, files: []string{"data/b.hcl"}, folders: []string{"data"},
		},
		{
			name: "mounted ConfigMap",
			make: func(t *testing.T, dir string) {
				write(t, dir, "..2026_01/a.hcl", "")
				link(t, dir, "..data", "..2026_01")
				link(t, dir, "a.hcl", "..data/a.hcl")
			},
			paths: []string{"."}, files: []string{"a.hcl"}, folders: []string{"."},
		},
		{
			name: "link in a circle",
			make: func(t *testing.T, dir string) {
				write(t, dir, "sub/a.hcl", "")
				link(t, dir, "sub/up", "..")
			},
			paths: []string{"."}, files: []string{"sub/a.hcl"}, folders: []string{".", "sub"},
		},
		{
			name:  "file and folder given twice",
			make:  func(t *testing.T, dir string) { write(t, dir, "sub/a.hcl", "") },
			paths: []string{"sub/a.hcl", "sub", "sub"}, files: []string{"sub/a.hcl"}, folders: []string{"sub", "sub"},
		},
		{
			name: "dangling links", make: func(t *testing.T, dir string) {
				link(t, dir, "a.hcl", "gone")
				link(t, dir, "notes", "gone")
			},
			paths: []string{"."}, folders: []string{"."}, errors: 1,
		},
		{name: "nothing there", make: func(*testing.T, string) {}, paths: []string{"gone"}, errors: 1},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			c.make(t, dir)
			var paths []load.Path
			for _, p := range c.paths {
				paths = append(paths, load.Path{Dir: p})
			}
			found, diags := load.Find(os.DirFS(dir), paths)
			var files []string
			for _, f := range found.Files {
				files = append(files, f.Dir)
			}
			if diff := cmp.Diff(c.files, files); diff != "" {
				t.Errorf("files (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(c.folders, found.Folders); diff != "" {
				t.Errorf("folders (-want +got):\n%s", diff)
			}
			if len(diags.Errs()) != c.errors {
				t.Errorf("findings: %v", diags)
			}
		})
	}
}

func TestReadListsEverything(t *testing.T) {
	t.Parallel()
	fsys := fstest.MapFS{
		"flows/a.hcl": {Data: []byte("locals {\n  greeting = file(\"texts/hello.txt\")\n}\nsecret \"stripe\" {\n  file = \"/run/stripe\"\n}\n")},
		"flows/b.hcl": {Data: []byte("\xef\xbb\xbfsecret \"gone\" {\n  file = \"gone\"\n}\n")},
		"flows/c.hcl": {Data: []byte("locals {")},

		"flows/texts/hello.txt": {Data: []byte("hello")},
		"run/stripe":            {Data: []byte("sk_1234567")},
		"run/other":             {Data: []byte("never named")},
	}
	c, diags := load.Files(load.Options{Clock: clock.System{}, FS: fsys, Paths: []load.Path{{Dir: "flows"}}, Env: func(string) (string, bool) { return "", false }})
	if !diags.HasErrors() {
		t.Fatal("a broken file and a missing secret were accepted")
	}
	var read []string
	for _, s := range c.Read {
		read = append(read, s.Path)
		if want := load.DigestFile(fsys, s.Path); s.Digest != want {
			t.Errorf("%s has the digest %x; DigestOf says %x", s.Path, s.Digest, want)
		}
		if missing := path.Base(s.Path) == "gone"; (s.Digest == load.Digest{}) != missing {
			t.Errorf("%s has the digest %x", s.Path, s.Digest)
		}
	}
	want := []string{"flows/a.hcl", "flows/b.hcl", "flows/c.hcl", "flows/gone", "flows/texts/hello.txt", "run/stripe"}
	if !slices.Equal(read, want) {
		t.Errorf("read %s, want %s", strings.Join(read, " "), strings.Join(want, " "))
	}
}
