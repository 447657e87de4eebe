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

// reader reads each file and each variable of one load once.
type reader struct {
	fs     fs.FS
	lookUp func(name string) (string, bool)
	known  map[string]Digest // of files that were read a moment ago

	mu        sync.Mutex
	closed    bool
	files     map[string]content
	variables map[string]variable
}

// content is what a file had when it was read. The bytes of flow files are kept
// elsewhere.
type content struct {
	src     []byte
	err     error
	digest  Digest
	dropped bool // src is that of a flow file and not here
}

type variable struct {
	value string
	set   bool
}

func newReader(o Options, known map[string]Digest) *reader {
	return &reader{fs: o.FS, lookUp: o.Env, known: known, files: make(map[string]content, len(known)), variables: map[string]variable{}}
}

var errReaderClosed = errors.New("files and variables are read only while flows are loaded, and this one was not read then")

// readFlowFile reads a flow file, unless it is known to be the same as in an earlier
// load. It may be called from several goroutines with files of different names.
func (r *reader) readFlowFile(name string, before *file) content {
	var c content
	if d, known := r.known[name]; known && before != nil && before.text != nil && d == before.digest {
		c.digest = d
	} else {
		c.src, c.err = readBounded(r.fs, name)
		c.digest = digestContent(c.src, c.err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.files[name] = content{err: c.err, digest: c.digest, dropped: c.err == nil}
	return c
}

// readFile returns the content of a file by its path in the file system.
func (r *reader) readFile(name string) content {
	r.mu.Lock()
	defer r.mu.Unlock()
	first, seen := r.files[name]
	switch {
	case seen && !first.dropped:
		return first
	case r.closed:
		return content{err: errReaderClosed}
	}
	var c content
	c.src, c.err = readBounded(r.fs, name)
	c.digest = digestContent(c.src, c.err)
	if seen {
		c.digest = first.digest // its flows have that content; if it differs now, the next look finds an edit
	}
	r.files[name] = c
	return c
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
		out = append(out, Source{name, c.digest})
	}
	slices.SortFunc(out, func(a, b Source) int { return cmp.Compare(a.Path, b.Path) })
	return out
}

// digests returns the digests of the files that were read.
func (r *reader) digests() map[string]Digest {
	out := make(map[string]Digest, len(r.files))
	for name, c := range r.files {
		out[name] = c.digest
	}
	return out
}

// resolvePath returns the path in the file system of a file that a flow file in dir
// names.
func resolvePath(dir, name string) string {
	if strings.HasPrefix(name, "/") {
		return strings.TrimPrefix(path.Clean(name), "/")
	}
	return path.Join(dir, name)
}

// reads are the files and variables that the expressions of one block have read. The
// expressions keep it: file("x") in a run returns the content that the load has read.
type reads struct {
	dir string

	mu        sync.Mutex
	reader    *reader // nil after the load: nothing more is read
	files     map[string]content
	variables map[string]variable
}

func newReads(r *reader, dir string) *reads {
	return &reads{dir: dir, reader: r, files: map[string]content{}, variables: map[string]variable{}}
}

func (r *reads) readFile(name string) ([]byte, error) {
	name = resolvePath(r.dir, name)
	r.mu.Lock()
	defer r.mu.Unlock()
	c, seen := r.files[name]
	if !seen && r.reader == nil {
		return nil, errReaderClosed
	}
	if !seen {
		c = r.reader.readFile(name)
		r.files[name] = c
	}
	return c.src, c.err
}

func (r *reads) lookUpEnv(name string) (string, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	v, seen := r.variables[name]
	if !seen && r.reader != nil {
		v.value, v.set = r.reader.lookUpEnv(name)
		r.variables[name] = v
	}
	return v.value, v.set
}

// close ends the reading.
func (r *reads) close() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.reader = nil
}

// isCurrent reports whether the reader of a later load finds the same. That load has
// read the files then.
func (r *reads) isCurrent(now *reader) bool {
	same := true
	for name, was := range r.files {
		is := now.readFile(name)
		same = same && is.digest == was.digest && (is.err == nil) == (was.err == nil)
	}
	for name, was := range r.variables {
		value, set := now.lookUpEnv(name)
		same = same && was == variable{value, set}
	}
	return same
}
