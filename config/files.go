package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/config/syntax"
)

// Bounds of what is read: a wrong path must end in a message, not in a
// machine without memory.
const (
	maxFile  = 4 << 20 // bytes of one flow file, and of one file() names
	maxFiles = 20_000
	maxDepth = 32 // of folders
)

// read finds, reads and parses every flow file under the paths.
func (l *loader) read() {
	for _, p := range l.Paths {
		if p.Name == "" {
			p.Name = p.Dir
		}
		info, err := fs.Stat(l.FS, p.Dir)
		switch {
		case err != nil:
			l.add(unreadable(p.Name, err))
		case info.IsDir():
			l.readDir(p, []fs.FileInfo{info})
		default:
			l.readFile(p)
		}
	}
}

// readDir reads a folder in order of names. Symbolic links are followed, as a
// mounted ConfigMap is made of them; above lists the folders on the way, so
// that a link to one of them ends there. Names that begin with a dot are
// skipped: the folders behind a ConfigMap's links, editors' and git's own.
func (l *loader) readDir(p Path, above []fs.FileInfo) {
	entries, err := fs.ReadDir(l.FS, p.Dir)
	if err != nil {
		l.add(unreadable(p.Name, err))
		return
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), ".") {
			continue
		}
		in := Path{Dir: path.Join(p.Dir, e.Name()), Name: path.Join(p.Name, e.Name())}
		if e.Type().IsRegular() {
			if isFlowFile(e.Name()) {
				l.readFile(in)
			}
			continue
		}
		l.readLinked(in, above)
	}
}

func (l *loader) readLinked(p Path, above []fs.FileInfo) {
	info, err := fs.Stat(l.FS, p.Dir)
	if err != nil {
		if isFlowFile(p.Name) {
			l.add(unreadable(p.Name, err))
		}
		return // a dangling link that is no flow file is nobody's business
	}
	if !info.IsDir() {
		if isFlowFile(p.Name) {
			l.readFile(p)
		}
		return
	}
	if slices.ContainsFunc(above, func(a fs.FileInfo) bool { return os.SameFile(a, info) }) {
		return
	}
	if len(above) >= maxDepth {
		l.add(&hcl.Diagnostic{Severity: hcl.DiagError, Summary: "Folders too deep",
			Detail: fmt.Sprintf("%s lies more than %d folders deep.", p.Name, maxDepth)})
		return
	}
	l.readDir(p, append(slices.Clip(above), info))
}

// isFlowFile tells flow files from others. Tests stand in files of their own,
// which only `gateway test` reads.
func isFlowFile(name string) bool {
	return strings.HasSuffix(name, ".hcl") && !strings.HasSuffix(name, ".test.hcl") && !strings.HasPrefix(path.Base(name), ".")
}

func (l *loader) readFile(p Path) {
	if _, twice := l.sources[p.Name]; twice {
		return // given twice on the command line
	}
	if len(l.sources) == maxFiles {
		l.add(&hcl.Diagnostic{Severity: hcl.DiagError, Summary: "Too many files",
			Detail: fmt.Sprintf("There are more than %d flow files under the given paths.", maxFiles)})
		l.sources[p.Name] = nil
		return
	}
	src, err := readBounded(l.FS, p.Dir)
	if err != nil {
		l.add(unreadable(p.Name, err))
		return
	}
	src = bytes.TrimPrefix(src, []byte("\xef\xbb\xbf"))
	l.sources[p.Name] = src
	body, diags := syntax.Parse(p.Name, src)
	l.add(diags...)
	if body == nil {
		return // what a broken file seems to hold would give findings nobody understands
	}
	l.files = append(l.files, &file{name: p.Name, dir: path.Dir(p.Dir), body: body})
}

// readNamed reads a file that a flow file names, relative to its folder.
func (l *loader) readNamed(dir, name string) ([]byte, error) {
	if strings.HasPrefix(name, "/") {
		return readBounded(l.FS, strings.TrimPrefix(path.Clean(name), "/"))
	}
	return readBounded(l.FS, path.Join(dir, name))
}

func readBounded(fsys fs.FS, name string) ([]byte, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // nothing was written
	src, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err == nil && len(src) > maxFile {
		err = fmt.Errorf("it is larger than %d MiB", maxFile>>20)
	}
	return src, err
}

func unreadable(name string, err error) *hcl.Diagnostic {
	d := &hcl.Diagnostic{Severity: hcl.DiagError, Summary: "Can't be read", Detail: fmt.Sprintf("%s: %s.", name, reason(err))}
	if errors.Is(err, fs.ErrNotExist) {
		d.Detail = fmt.Sprintf("There is no %s. Name a folder with .hcl files, or such a file.", name)
	}
	return d
}

// reason is the cause of a file error without the path, which the caller
// says in the user's own words.
func reason(err error) string {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err.Error()
	}
	return err.Error()
}
