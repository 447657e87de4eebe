package load_test

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/config/load"
	"github.com/webhook-gateway/gateway/internal/clock"
)

// flowFile is a whole file with one correct flow.
func flowFile(name string) string {
	return fmt.Sprintf("flow %q {\n  trigger \"webhook\" {\n    mode = \"sync\"\n    response {}\n  }\n}\n", name)
}

func text(s string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(s)} }

func flowNames(c *load.Config) []string {
	var out []string
	for _, f := range c.Flows {
		out = append(out, f.Name)
	}
	return out
}

// expectFinding expects one finding, or none if the summary is empty.
func expectFinding(t *testing.T, diags hcl.Diagnostics, severity hcl.DiagnosticSeverity, summary, detail string) {
	t.Helper()
	if summary == "" {
		if len(diags) > 0 {
			t.Errorf("findings: %v", diags)
		}
		return
	}
	if len(diags) != 1 {
		t.Fatalf("%d findings, want one: %v", len(diags), diags)
	}
	if d := diags[0]; d.Severity != severity || d.Summary != summary || !strings.Contains(d.Detail, detail) {
		t.Errorf("found %q: %q, want %q: …%q…", d.Summary, d.Detail, summary, detail)
	}
}

func TestLoadPaths(t *testing.T) {
	t.Parallel()
	fsys := fstest.MapFS{
		"flows/b.hcl":             text(flowFile("b")),
		"flows/a.hcl":             text(flowFile("a")),
		"flows/a.test.hcl":        text("test \"a\" {\n"),
		"flows/.hidden.hcl":       text("broken {"),
		"flows/.git/config.hcl":   text("broken {"),
		"flows/sub/c.hcl":         text(flowFile("c")),
		"flows/folder.hcl/d.hcl":  text(flowFile("d")),
		"flows/notes.txt":         text("broken {"),
		"flows/e.hcl.bak":         text("broken {"),
		"other/orders.conf":       text(flowFile("orders")),
		"tests/a.test.hcl":        text("test \"a\" {\n"),
		"constants/locals.hcl":    text("locals {\n  a = 1\n}\n"),
		"large/a.hcl":             text(strings.Repeat("# comment\n", 1+(4<<20)/10)),
		"empty":                   {Mode: fs.ModeDir},
		"bad/a.hcl":               text("flow \"a\" {"),
		"bad/b.hcl":               text(flowFile("b")),
		"nearly/a.hcl":            text(strings.Repeat("# comment\n", 1000) + flowFile("a")),
		"mixed/1.hcl":             text(flowFile("one")),
		"mixed/02.hcl":            text(flowFile("two")),
		"mixed/A.hcl":             text(flowFile("three")),
		"mixed/deep/er/x.y.z.hcl": text(flowFile("four")),
	}
	const warning, failure = hcl.DiagWarning, hcl.DiagError
	cases := []struct {
		name     string
		paths    []string
		flows    string
		severity hcl.DiagnosticSeverity
		summary  string
		detail   string
	}{
		{"a folder", []string{"flows"}, "a b d c", 0, "", ""},
		{"a file", []string{"flows/b.hcl"}, "b", 0, "", ""},
		{"a file of any name", []string{"other/orders.conf"}, "orders", 0, "", ""},
		{"several", []string{"flows/sub", "other/orders.conf", "flows/b.hcl"}, "c orders b", 0, "", ""},
		{"the same twice", []string{"flows/b.hcl", "flows", "flows/sub"}, "b a d c", 0, "", ""},
		{"in order of bytes", []string{"mixed"}, "two one three four", 0, "", ""},
		{"a path that is not there", []string{"nope"}, "", failure, "Can't be read", `There is no file or folder "nope". Name a folder with .hcl files`},
		{"an empty folder", []string{"empty"}, "", warning, "No flow found", "There is no .hcl file under \"empty\"."},
		{"only tests", []string{"tests"}, "", warning, "No flow found", "There is no .hcl file under \"tests\"."},
		{"only constants", []string{"constants", "empty"}, "", warning, "No flow found", "No .hcl file under \"constants\", \"empty\" has a flow"},
		{"a file too large", []string{"large"}, "", failure, "Can't be read", "large/a.hcl: it is larger than 4 MiB."},
		{"a file below the bound", []string{"nearly"}, "a", 0, "", ""},
		{"one file of two", []string{"bad"}, "b", failure, "Unclosed block", "no closing brace"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			loaded, diags := load.Files(options(fsys, c.paths...))
			expectFinding(t, diags, c.severity, c.summary, c.detail)
			if got := strings.Join(flowNames(loaded), " "); got != c.flows {
				t.Errorf("loaded the flows %q, want %q", got, c.flows)
			}
		})
	}
}

func TestLoadCallsPathsByTheirNames(t *testing.T) {
	t.Parallel()
	o := options(fstest.MapFS{"home/me/flows/sub/a.hcl": text("flo \"a\" {}\n")})
	o.Paths = []load.Path{{Dir: "home/me/flows", Name: "../flows"}}
	c, diags := load.Files(o)
	if len(diags) != 1 || diags[0].Subject.Filename != "../flows/sub/a.hcl" {
		t.Errorf("findings: %v", diags)
	}
	if !bytes.Contains(c.Files["../flows/sub/a.hcl"], []byte("flo")) {
		t.Errorf("files: %v", c.Files)
	}
}

// denied is a file system with one file that can't be read.
type denied struct {
	fs.FS
	name string
}

func (d denied) Open(name string) (fs.File, error) {
	if name == d.name {
		return nil, &fs.PathError{Op: "open", Path: "/somewhere/else/" + name, Err: fs.ErrPermission}
	}
	return d.FS.Open(name)
}

func (d denied) Stat(name string) (fs.FileInfo, error) { return fs.Stat(d.FS, name) }

func (d denied) ReadDir(name string) ([]fs.DirEntry, error) {
	if name == d.name {
		return nil, &fs.PathError{Op: "readdir", Path: name, Err: fs.ErrPermission}
	}
	return fs.ReadDir(d.FS, name)
}

func TestLoadMayNotRead(t *testing.T) {
	t.Parallel()
	files := fstest.MapFS{
		"flows/a.hcl":     text(flowFile("a")),
		"flows/sub/b.hcl": text(flowFile("b")),
		"flows/c.hcl":     text("secret \"s\" {\n  file = \"secret.txt\"\n}\n" + flowFile("c")),
		"flows/secret.txt": {
			Data: []byte("hunter2-hunter2"),
		},
	}
	for name, detail := range map[string]string{
		"flows/a.hcl":      "flows/a.hcl: permission denied.",
		"flows/sub":        "flows/sub: permission denied.",
		"flows/secret.txt": "comes from the file secret.txt, which can't be read: permission denied.",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := options(denied{files, name}, "flows")
			o.Unset = load.RequireSet
			_, diags := load.Files(o)
			if len(diags) != 1 || !strings.Contains(diags[0].Detail, detail) {
				t.Errorf("findings %v, want one: …%q…", diags, detail)
			}
		})
	}
}

func TestFindBounds(t *testing.T) {
	t.Parallel()
	deep, many := fstest.MapFS{}, fstest.MapFS{}
	deep["flows/"+strings.Repeat("d/", 40)+"a.hcl"] = text("")
	for i := range 20_002 {
		many[fmt.Sprintf("flows/%d.hcl", i)] = text("")
	}
	for name, c := range map[string]struct {
		fsys    fs.FS
		files   int
		summary string
	}{
		"folders": {deep, 0, "Folders too deep"},
		"files":   {many, 20_000, "Too many files"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			found, diags := load.Find(c.fsys, []load.Path{{Dir: "flows"}})
			if len(found.Files) != c.files || len(diags) != 1 || diags[0].Summary != c.summary {
				t.Errorf("%d files, findings %v", len(found.Files), diags)
			}
		})
	}
}

// TestLoadMountedConfigMap loads a folder with the links of a mounted ConfigMap, and
// loads it again after a change, which gives the link ..data another target.
func TestLoadMountedConfigMap(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	version := func(name, greeting string) {
		write(t, dir, name+"/orders.hcl", "flow \"orders\" {\n  label = trimspace(file(\"greeting.txt\"))\n  trigger \"webhook\" {\n    mode = \"sync\"\n    response {}\n  }\n}\n")
		write(t, dir, name+"/greeting.txt", greeting+"\n")
	}
	version("..2026_01_01", "first")
	version("..2026_02_02", "second")
	link(t, dir, "..data", "..2026_01_01")
	link(t, dir, "orders.hcl", "..data/orders.hcl")
	link(t, dir, "greeting.txt", "..data/greeting.txt")
	load := func() string {
		c := mustLoad(t, options(os.DirFS(dir), "."))
		if got := flowNames(c); !slices.Equal(got, []string{"orders"}) {
			t.Fatalf("loaded the flows %q", got)
		}
		return c.Flows[0].Label
	}
	if got := load(); got != "first" {
		t.Errorf("the label is %q before the change", got)
	}
	link(t, dir, "..data_tmp", "..2026_02_02")
	if err := os.Rename(filepath.Join(dir, "..data_tmp"), filepath.Join(dir, "..data")); err != nil {
		t.Fatal(err)
	}
	if got := load(); got != "second" {
		t.Errorf("the label is %q after the change", got)
	}
}

// TestLoadWithoutAnything: a load works without an environment and without kinds.
func TestLoadWithoutAnything(t *testing.T) {
	t.Parallel()
	src := "secret \"a\" {\n  env = \"A\"\n}\nlocals {\n  b = env(\"B\", \"c\")\n}\nconnection \"http\" \"d\" {}\nconnection {}\n" +
		"flow \"e\" {\n  trigger \"webhook\" {}\n  trigger {}\n  action {}\n  action \"log\" \"f\" {}\n}\n"
	_, diags := load.Files(load.Options{Clock: clock.System{}, FS: fstest.MapFS{"a.hcl": text(src)}, Paths: []load.Path{{Dir: "a.hcl"}}})
	var lines []int
	for _, d := range diags {
		lines = append(lines, d.Subject.Start.Line)
	}
	slices.Sort(lines)
	if want := []int{1, 7, 8, 10, 11, 12, 13}; !slices.Equal(slices.Compact(lines), want) {
		t.Errorf("findings at lines %v, want %v: %v", lines, want, words(diags))
	}
}
