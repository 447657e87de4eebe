package cmd

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/webhook-gateway/gateway/config/load"
	"github.com/webhook-gateway/gateway/flowtest"
	"github.com/webhook-gateway/gateway/flowtest/coverage"
	"github.com/webhook-gateway/gateway/gateway/watch"
)

// testPoll is how often --watch looks for changes that the system does not report.
const testPoll = 2 * time.Second

// watchFiles runs the tests now and after each change of a file that they read, or of
// one that is new. It returns when the context ends: that is how it should end, so
// that the exit code is 0, whatever the last tests did.
func (t *testRun) watchFiles(ctx context.Context, paths []string, o flowtest.Options) error {
	read := &readFiles{FS: o.FS}
	o.FS = read
	if len(paths) == 0 {
		paths = []string{"."}
	}
	if err := t.runWatched(ctx, o, read); err != nil {
		return err
	}
	var failed error
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	watch.New(watch.Options{
		Paths: paths, Tests: true, Poll: testPoll, Clock: t.clock, Log: zap.NewNop(),
		LastLoad: func() (map[string]load.Digest, bool) { return read.digests(), false },
		Reload: func(map[string]load.Digest) {
			if failed = t.announce(read.changed()); failed == nil {
				failed = t.runWatched(ctx, o, read)
			}
			if failed != nil {
				stop()
			}
		},
	}).Run(ctx)
	return failed
}

// runWatched runs the tests once. Failed tests and wrong files end nothing, results
// that can't be written do.
func (t *testRun) runWatched(ctx context.Context, o flowtest.Options, read *readFiles) error {
	read.forget()
	t.coverage.collector = coverage.Collector{}
	var code exit
	switch err := t.runTests(ctx, o); {
	case err == nil || errors.As(err, &code):
	case ctx.Err() != nil:
		return nil
	default:
		if _, err := fmt.Fprintf(t.err, "gateway: %v\n", err); err != nil {
			return err
		}
	}
	if ctx.Err() != nil {
		return nil
	}
	_, err := fmt.Fprintln(t.err, "Waiting for changes. Interrupt with Ctrl-C.")
	return err
}

// maxNamed is how many changed files a message names.
const maxNamed = 3

// announce says why the tests run again.
func (t *testRun) announce(changed []string) error {
	what := "The files"
	if n := len(changed); n > 0 {
		what = strings.Join(changed[:min(n, maxNamed)], ", ")
		if n > maxNamed {
			what += fmt.Sprintf(" and %d more", n-maxNamed)
		}
	}
	_, err := fmt.Fprintf(t.err, "\n%s changed. The tests run again.\n", what)
	return err
}

// readFiles is a file system that knows which files were read, and how they were.
type readFiles struct {
	fs.FS
	mu   sync.Mutex
	seen map[string]load.Digest
}

// forget begins anew.
func (r *readFiles) forget() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.seen = map[string]load.Digest{}
}

// digests returns the files that were read.
func (r *readFiles) digests() map[string]load.Digest {
	r.mu.Lock()
	defer r.mu.Unlock()
	return maps.Clone(r.seen)
}

// changed returns the names of the files that are other ones now, without folders.
func (r *readFiles) changed() []string {
	var names []string
	for name, before := range r.digests() {
		if load.DigestFile(r.FS, name) != before {
			names = append(names, filepath.Base(name))
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Open implements fs.FS.
func (r *readFiles) Open(name string) (fs.File, error) {
	f, err := r.FS.Open(name)
	if isDir := err == nil && isFolder(f); isDir {
		return f, nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, known := r.seen[path.Clean(name)]; !known {
		r.seen[path.Clean(name)] = load.DigestFile(r.FS, name)
	}
	return f, err
}

// Stat implements fs.StatFS.
func (r *readFiles) Stat(name string) (fs.FileInfo, error) { return fs.Stat(r.FS, name) }

func isFolder(f fs.File) bool {
	info, err := f.Stat()
	return err == nil && info.IsDir()
}
