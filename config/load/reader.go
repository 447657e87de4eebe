package load

import (
	"cmp"
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"
)

// reader reads files and variables for one load, each of them once. The
// expressions of the flows keep it for as long as they live: a run that
// evaluates file("x") gets what the load has read, and nothing else is read
// when the load is over.
type reader struct {
	fs     fs.FS
	lookUp func(name string) (string, bool)

	mu        sync.Mutex
	over      bool
	files     map[string]content
	variables map[string]variable
}

type content struct {
	src []byte
	err error
}

type variable struct {
	value string
	set   bool
}

func newReader(o Options) *reader {
	return &reader{fs: o.FS, lookUp: o.Env, files: map[string]content{}, variables: map[string]variable{}}
}

var errOver = errors.New("files and variables are read when flows are loaded, and this one was not")

// file reads the file of that path in the file system.
func (r *reader) file(name string) ([]byte, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	c, seen := r.files[name]
	switch {
	case seen:
	case r.over:
		return nil, errOver
	default:
		c.src, c.err = readBounded(r.fs, name)
		r.files[name] = c
	}
	return c.src, c.err
}

// named reads a file that a flow file names, relative to its folder.
func (r *reader) named(dir, name string) ([]byte, error) {
	if strings.HasPrefix(name, "/") {
		return r.file(strings.TrimPrefix(path.Clean(name), "/"))
	}
	return r.file(path.Join(dir, name))
}

// env looks up a variable of the environment.
func (r *reader) env(name string) (string, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	v, seen := r.variables[name]
	if !seen && !r.over && r.lookUp != nil {
		v.value, v.set = r.lookUp(name)
		r.variables[name] = v
	}
	return v.value, v.set
}

// close ends the reading.
func (r *reader) close() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.over = true
}

// sources lists what was read, in order of paths.
func (r *reader) sources() []Source {
	out := make([]Source, 0, len(r.files))
	for name, c := range r.files {
		out = append(out, Source{name, digest(c.src, c.err)})
	}
	slices.SortFunc(out, func(a, b Source) int { return cmp.Compare(a.Path, b.Path) })
	return out
}
