package engine_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// answering returns a flow at /x that responds with a text.
func answering(text string) string { return one(fmt.Sprintf("body = %q", text), "") }

// Each change is found with events and without.
func TestWatchedChanges(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name string
		do   func(d *disk) // the change after which the flow responds "two"
	}{
		{name: "written in place", do: func(d *disk) { d.save("main.hcl", answering("two")) }},
		{name: "renamed over", do: func(d *disk) {
			d.save("main.hcl.tmp", answering("two"))
			d.must(os.Rename(d.at("main.hcl.tmp"), d.at("main.hcl")))
		}},
		{name: "renamed over from elsewhere", do: func(d *disk) {
			d.save("../new", answering("two"))
			d.must(os.Rename(d.at("../new"), d.at("main.hcl")))
		}},
		{name: "unlinked and created", do: func(d *disk) {
			d.must(os.Remove(d.at("main.hcl")))
			d.save("main.hcl", answering("two"))
		}},
		{name: "as vim saves", do: func(d *disk) {
			d.save("4913", "")
			d.must(os.Remove(d.at("4913")))
			d.must(os.Rename(d.at("main.hcl"), d.at("main.hcl~")))
			d.save("main.hcl", answering("two"))
			d.must(os.Chmod(d.at("main.hcl"), 0o644))
			d.must(os.Remove(d.at("main.hcl~")))
		}},
		{name: "new file in a new folder, old one deleted", do: func(d *disk) {
			d.mkdir("sub/deep")
			d.save("sub/deep/new.hcl", answering("two"))
			d.must(os.Remove(d.at("main.hcl")))
		}},
		{name: "folder moved in", do: func(d *disk) {
			d.mkdir("../stage/deep")
			d.save("../stage/deep/new.hcl", answering("two"))
			d.must(os.Rename(d.at("main.hcl"), d.at("main.hcl.old")))
			d.must(os.Rename(d.at("../stage"), d.at("stage")))
		}},
		{name: "watched folder removed and made again", do: func(d *disk) {
			d.must(os.RemoveAll(d.dir))
			d.mkdir(".")
			d.save("main.hcl", answering("two"))
		}},
		{name: "watched folder replaced by another", do: func(d *disk) {
			d.mkdir("../next")
			d.save("../next/main.hcl", answering("two"))
			d.must(os.Rename(d.dir, d.at("../before")))
			d.must(os.Rename(d.at("../next"), d.dir))
		}},
	}
	for _, c := range cases {
		for _, polling := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, polling %t", c.name, polling), func(t *testing.T) {
				t.Parallel()
				d := onDisk(t, polling, nil)
				c.do(d)
				d.expect("two")
				// The change before may have altered the watch set: the next is found too.
				d.must(filepath.WalkDir(d.dir, func(path string, _ os.DirEntry, err error) error {
					if err == nil && strings.HasSuffix(path, ".hcl") {
						return os.WriteFile(path, []byte(answering("three")), 0o600)
					}
					return err
				}))
				d.expect("three")
			})
		}
	}
}

// mount arranges files as a ConfigMap volume does: links to ..data/NAME, where
// ..data is a link to a folder that is replaced as a whole.
func (d *disk) mount(dir, stamp string, texts map[string]string) {
	d.t.Helper()
	d.must(os.MkdirAll(filepath.Join(dir, stamp), 0o700))
	for name, text := range texts {
		d.must(os.WriteFile(filepath.Join(dir, stamp, name), []byte(text), 0o600))
		if _, err := os.Lstat(filepath.Join(dir, name)); err != nil {
			d.must(os.Symlink(filepath.Join("..data", name), filepath.Join(dir, name)))
		}
	}
	d.must(os.Symlink(stamp, filepath.Join(dir, "..data_tmp")))
	old, _ := os.Readlink(filepath.Join(dir, "..data"))
	d.must(os.Rename(filepath.Join(dir, "..data_tmp"), filepath.Join(dir, "..data")))
	if old != "" {
		d.must(os.RemoveAll(filepath.Join(dir, old)))
	}
}

func TestWatchedConfigMap(t *testing.T) {
	t.Parallel()
	d := &disk{lab: newLab(t)}
	*d = *onDisk(t, false, func(dir string) {
		d.mount(dir, "..2026_1", map[string]string{"main.hcl": answering("one")})
	})
	for i, text := range []string{"two", "three", "four"} {
		d.mount(d.dir, fmt.Sprintf("..2026_%d", i+2), map[string]string{"main.hcl": answering(text)})
		d.expect(text)
	}
	d.mount(d.dir, "..2026_9", map[string]string{"main.hcl": answering("five"), "more.hcl": strings.ReplaceAll(answering("more"), "x", "more")})
	d.expect("five")
	if w := call(d.g, "POST", "/more", ""); w.Body.String() != "more" {
		t.Errorf("the new file's flow answers %d %s", w.Code, w.Body)
	}
}

// The watched folder, a folder in it, or a file may be a link.
func TestWatchedLinks(t *testing.T) {
	t.Parallel()
	release := func(d *disk, dir, text string) {
		d.must(os.MkdirAll(dir, 0o700))
		d.must(os.WriteFile(filepath.Join(dir, "main.hcl"), []byte(answering(text)), 0o600))
	}
	swap := func(d *disk, target, link string) {
		d.must(os.Symlink(target, link+".new"))
		d.must(os.Rename(link+".new", link))
	}
	t.Run("folder", func(t *testing.T) {
		t.Parallel()
		d := &disk{lab: newLab(t)}
		*d = *onDisk(t, false, func(dir string) {
			release(d, filepath.Join(dir, "../releases/1"), "one")
			d.must(os.Symlink("../releases/1", filepath.Join(dir, "current")))
		})
		release(d, d.at("../releases/1"), "changed")
		d.expect("changed")
		release(d, d.at("../releases/2"), "two")
		swap(d, "../releases/2", d.at("current"))
		d.expect("two")
		release(d, d.at("../releases/2"), "two, changed")
		d.expect("two, changed")
	})
	t.Run("watched folder", func(t *testing.T) {
		t.Parallel()
		d := &disk{lab: newLab(t)}
		*d = *onDisk(t, false, func(dir string) {
			release(d, filepath.Join(dir, "../releases/1"), "one")
			d.must(os.Remove(dir))
			d.must(os.Symlink("releases/1", dir))
		})
		release(d, d.at("../../releases/2"), "two") // .. is resolved after the link
		release(d, filepath.Join(filepath.Dir(d.dir), "releases/2"), "two")
		swap(d, "releases/2", d.dir)
		d.expect("two")
	})
	t.Run("file", func(t *testing.T) {
		t.Parallel()
		d := &disk{lab: newLab(t)}
		*d = *onDisk(t, false, func(dir string) {
			release(d, filepath.Join(dir, "../shared"), "one")
			d.must(os.Symlink("../shared/main.hcl", filepath.Join(dir, "main.hcl")))
		})
		release(d, d.at("../shared"), "two")
		d.expect("two")
	})
}

// Of a single file the folder is watched, and other files in it are not read.
func TestWatchedSingleFile(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	d := &disk{lab: l, dir: dir}
	d.save("main.hcl", answering("one"))
	l.opts.Load, l.opts.Watch, l.opts.Poll = l.loadFrom(d.at("main.hcl")), []string{d.at("main.hcl")}, time.Hour
	d.g = l.start()
	runBeside(t, func() { d.watch(false) })
	l.lines.await(0, "scanned the files")
	d.save("main.hcl", answering("two"))
	d.expect("two")
	before := current(d.g)
	d.save("other.hcl", "nonsense")
	d.save("main.new", answering("three"))
	d.must(os.Rename(d.at("main.new"), d.at("main.hcl")))
	d.expect("three")
	if again := d.g.LastLoad(); !again.OK || before == current(d.g) {
		t.Errorf("%v", again.Diags)
	}
}

// Files that flow files name are watched too, in any folder.
func TestWatchedNamedFiles(t *testing.T) {
	t.Parallel()
	d := &disk{lab: newLab(t)}
	*d = *onDisk(t, false, func(dir string) {
		d.must(os.MkdirAll(filepath.Join(dir, "../texts"), 0o700))
		d.must(os.WriteFile(filepath.Join(dir, "../texts/hello"), []byte("one"), 0o600))
		d.must(os.WriteFile(filepath.Join(dir, "main.hcl"), []byte(one(`body = file("../texts/hello")`, "")), 0o600))
	})
	d.save("../texts/hello", "two")
	d.expect("two")
	d.after(func() { d.must(os.Remove(d.at("../texts/hello"))) }, "reload failed")
	d.expect("two")
	d.save("../texts/hello", "three")
	d.expect("three")
	d.after(func() { d.save("main.hcl", "secret \"s\" {\n  file = \"../run/secret\"\n}\n"+answering("four")) }, "reload failed")
	d.mkdir("../run")
	d.save("../run/secret", "12345678")
	d.expect("four")
}

// A file that is written in part fails to load until the rest is written.
func TestWatchedHalfWrittenFile(t *testing.T) {
	t.Parallel()
	d := onDisk(t, false, nil)
	text := answering("two")
	f, err := os.OpenFile(d.at("main.hcl"), os.O_WRONLY|os.O_TRUNC, 0)
	d.must(err)
	d.after(func() { _, err = f.WriteString(text[:30]) }, "reload failed")
	d.must(err)
	d.expect("one")
	_, err = f.WriteString(text[30:])
	d.must(err)
	d.must(f.Close())
	d.expect("two")
}

// A pull changes many files and causes few reloads.
func TestWatchedPull(t *testing.T) {
	t.Parallel()
	const files = 200
	d := onDisk(t, false, nil)
	flow := func(i int, text string) string {
		return strings.ReplaceAll(answering(text), "x", fmt.Sprintf("f%d", i))
	}
	for i := range files {
		d.mkdir(fmt.Sprintf("team%d/sub", i%5))
		name := fmt.Sprintf("team%d/sub/%d.hcl", i%5, i)
		d.save(name+".lock", flow(i, "new"))
		d.must(os.Rename(d.at(name+".lock"), d.at(name)))
	}
	d.must(os.Remove(d.at("main.hcl")))
	d.save("last.hcl", answering("two"))
	d.expect("two")
	for i := range files {
		if w := call(d.g, "POST", fmt.Sprintf("/f%d", i), ""); w.Body.String() != "new" {
			t.Fatalf("flow %d answers %d %s", i, w.Code, w.Body)
		}
	}
}

// Files that no load reads, and files without a difference, cause no reload.
func TestWatchedNothingChanged(t *testing.T) {
	t.Parallel()
	d := onDisk(t, false, nil)
	before := current(d.g)
	looked := d.after(func() {
		now := time.Now().Add(time.Hour)
		d.must(os.Chtimes(d.at("main.hcl"), now, now))
	}, "scanned the files")
	if fields(t, looked)["changed"] != false {
		t.Error(looked)
	}
	d.after(func() { d.save("main.hcl", answering("one")) }, "scanned the files", `"changed":false`)

	mark := d.lines.mark()
	for i := range 50 {
		d.save("app.log", strings.Repeat("x", i))
		d.save(fmt.Sprint("4913", i), "")
	}
	d.mkdir("sub") // its event causes a scan, after the events before
	d.lines.await(mark, "scanned the files")
	d.save("sub/a.test.hcl", "test")
	d.save("sub/.hidden.hcl", "flow")
	d.after(func() { d.save("sub/b.test.hcl", "test") }, "scanned the files", `"changed":false`)
	if current(d.g) != before {
		t.Error("reloaded")
	}
}

// A load that failed for a reason outside of the files is tried again.
func TestWatchTriesToOpenAgain(t *testing.T) {
	t.Parallel()
	d := onDisk(t, true, nil)
	d.opts.Log.Info("edit")
	mark := d.lines.mark()
	d.save("main.hcl", one(`body = "two"`, "action \"use\" \"u\" {\n  key = \"k\"\n  fails = \"error\"\n}"))
	d.lines.await(mark, "The configuration cannot be put into service")
	d.lines.await(mark, "reload failed as before")
	d.save("main.hcl", answering("three"))
	d.expect("three")
}

// Run watches the files.
func TestRunWatches(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	d := &disk{lab: l, dir: t.TempDir()}
	d.save("main.hcl", answering("one"))
	l.opts.Load, l.opts.Watch = l.loadFrom(d.dir), []string{d.dir}
	d.g = l.start()
	listenAndRun(t, d.g)
	l.lines.await(0, "scanned the files")
	d.save("main.hcl", answering("two"))
	d.expect("two")
}
