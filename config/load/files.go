package load

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/webhook-gateway/gateway/config/syntax"
)

// Bounds of what is read: a wrong path must end in a message, not in a
// machine without memory.
const (
	maxFile  = 4 << 20 // bytes of one flow file, and of one file() names
	maxFiles = 20_000
	maxDepth = 32 // of folders
)

// readFiles finds, reads and parses every flow file under the paths.
func (l *loader) readFiles() {
	found, diags := Find(l.FS, l.Paths)
	l.add(diags...)
	l.broken = diags.HasErrors()
	read := make([]parsed, len(found.Files))
	each(len(read), func(i int) { read[i] = parse(l.reader, found.Files[i]) })
	for i, p := range found.Files {
		l.take(p, read[i])
	}
}

// parsed is what became of a flow file.
type parsed struct {
	src   []byte          // nil where it could not be read
	body  *hclsyntax.Body // nil where it has errors
	diags hcl.Diagnostics
}

func parse(r *reader, p Path) parsed {
	src, err := r.file(p.Dir)
	if err != nil {
		return parsed{diags: hcl.Diagnostics{unreadable(p.Name, err)}}
	}
	src = bytes.TrimPrefix(src, []byte("\xef\xbb\xbf"))
	body, diags := syntax.Parse(p.Name, src)
	return parsed{src, body, diags}
}

func (l *loader) take(p Path, read parsed) {
	l.add(read.diags...)
	if read.src != nil {
		l.sources[p.Name] = read.src
	}
	if read.body == nil {
		l.broken = true
		return // what a broken file seems to hold would give findings nobody understands
	}
	l.files = append(l.files, &file{name: p.Name, dir: path.Dir(p.Dir), body: read.body})
}

func readBounded(fsys fs.FS, name string) ([]byte, error) {
	info, err := fs.Stat(fsys, name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("it is no regular file") // a pipe would keep the load waiting for ever
	}
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
		d.Detail = fmt.Sprintf("There is no file or folder %q. Name a folder with .hcl files, or such a file.", name)
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
