package engine_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/fsnotify/fsnotify"

	"github.com/webhook-gateway/gateway/config/load"
	"github.com/webhook-gateway/gateway/gateway"
	"github.com/webhook-gateway/gateway/gateway/watch"
	"github.com/webhook-gateway/gateway/internal/clock"
)

// disk is a gateway that watches real files.
type disk struct {
	*lab
	g   *gateway.Gateway
	dir string // that is watched
}

// onDisk serves a flow from a folder, or the files that fill put there. With
// polling only the poll finds changes, otherwise only events do.
func onDisk(t *testing.T, polling bool, fill func(dir string)) *disk {
	t.Helper()
	l := newLab(t)
	base, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	d := &disk{lab: l, dir: filepath.Join(base, "flows")}
	d.mkdir(".")
	if fill == nil {
		d.save("main.hcl", answering("one"))
	} else {
		fill(d.dir)
	}
	l.opts.Load, l.opts.Watch, l.opts.Poll = l.loadFrom(d.dir), []string{d.dir}, time.Hour
	if polling {
		l.opts.Poll = 10 * time.Millisecond
	}
	d.g = l.start()
	runBeside(t, func() { d.watch(polling) })
	l.lines.await(0, "scanned the files")
	return d
}

func (d *disk) watch(polling bool) {
	o := watch.Options{
		Paths: d.opts.Watch, Poll: d.opts.Poll, Clock: clock.System{}, Log: d.opts.Log,
		LastLoad: func() (map[string]load.Digest, bool) { return d.g.LastLoad().Read, d.g.LastLoad().Retry },
		Reload:   func(map[string]load.Digest) { d.g.Reload("files") },
	}
	if polling {
		o.NewEvents = func() (*fsnotify.Watcher, error) { return nil, errors.New("no events in this test") }
	}
	watch.New(o).Run(d.t.Context())
}

// runBeside runs f beside the test, which ends after it.
func runBeside(t *testing.T, f func()) {
	done := make(chan struct{})
	go func() { defer close(done); f() }()
	t.Cleanup(func() { <-done })
}

func (d *disk) must(err error) {
	d.t.Helper()
	if err != nil {
		d.t.Fatal(err)
	}
}

func (d *disk) at(name string) string { return filepath.Join(d.dir, name) }

func (d *disk) mkdir(name string) { d.t.Helper(); d.must(os.MkdirAll(d.at(name), 0o700)) }

// save writes a file in place.
func (d *disk) save(name, text string) {
	d.t.Helper()
	d.must(os.WriteFile(d.at(name), []byte(text), 0o600))
}

// expect waits until a reload makes the flow respond with the text.
func (d *disk) expect(text string) {
	d.t.Helper()
	for {
		if call(d.g, "POST", "/x", "").Body.String() == text {
			return
		}
		mark := d.lines.mark()
		if call(d.g, "POST", "/x", "").Body.String() == text {
			return
		}
		d.lines.await(mark, `"cause":"files"`)
	}
}

// after runs a change and waits for a line of the log that it causes.
func (d *disk) after(change func(), parts ...string) string {
	d.t.Helper()
	mark := d.lines.mark()
	change()
	return d.lines.await(mark, parts...)
}
