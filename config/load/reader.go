package load

import (
	"cmp"
	"crypto/sha256"
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"
)

// Source is a file that a load has read or found missing: a flow file, or a
// file that a flow file names.
type Source struct {
	Path   string // in the file system, slash-separated
	Digest Digest
}

// Digest identifies the content of a file: its SHA-256, zero if it could not be
// read.
type Digest [sha256.Size]byte

// DigestFile reads a file as a load does. If the file has not changed since a
// load, the digest equals the one in Config.Read.
func DigestFile(fsys fs.FS, name string) Digest { return digestContent(readBounded(fsys, name)) }

func digestContent(src []byte, err error) Digest {
	if err != nil {
		return Digest{}
	}
	return sha256.Sum256(src)
}

// reader reads each file and each variable of one load once. The expressions of
// the flows keep it: file("x") in a run returns the content that the load has
// read. After the load nothing more is read.
type reader struct {
	fs     fs.FS
	lookUp func(name string) (string, bool)

	mu        sync.Mutex
	closed    bool
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

var errReaderClosed = errors.New("files and variables are read only while flows are loaded, and this one was not read then")

// readFile returns the content of a file by its path in the file system.
func (r *reader) readFile(name string) ([]byte, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	c, seen := r.files[name]
	switch {
	case seen:
	case r.closed:
		return nil, errReaderClosed
	default:
		c.src, c.err = readBounded(r.fs, name)
		r.files[name] = c
	}
	return c.src, c.err
}

// readRelative reads a file that a flow file in dir names.
func (r *reader) readRelative(dir, name string) ([]byte, error) {
	if strings.HasPrefix(name, "/") {
		return r.readFile(strings.TrimPrefix(path.Clean(name), "/"))
	}
	return r.readFile(path.Join(dir, name))
}

// lookUpEnv returns a variable of the environment.
func (r *reader) lookUpEnv(name string) (string, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	v, seen := r.variables[name]
	if !seen && !r.closed && r.lookUp != nil {
		v.value, v.set = r.lookUp(name)
		r.variables[name] = v
	}
	return v.value, v.set
}

// close ends the reading.
func (r *reader) close() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.closed = true
}

// sources lists the files that were read, in order of paths.
func (r *reader) sources() []Source {
	out := make([]Source, 0, len(r.files))
	for name, c := range r.files {
		out = append(out, Source{name, digestContent(c.src, c.err)})
	}
	slices.SortFunc(out, func(a, b Source) int { return cmp.Compare(a.Path, b.Path) })
	return out
}
