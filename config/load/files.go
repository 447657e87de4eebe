package load

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/webhook-gateway/gateway/config/syntax"
	"github.com/webhook-gateway/gateway/internal/parallel"
)

// Bounds of a load: a wrong path must end in a message, not in a machine
// without memory.
const (
	maxFileBytes   = 4 << 20 // of one flow file, and of one file that file() reads
	maxFiles       = 20_000
	maxFolderDepth = 32
)

// readFlowFiles finds, reads and parses every flow file under the paths.
func (l *loader) readFlowFiles() {
	found, diags := Find(l.FS, l.Paths)
	l.report(diags...)
	l.incomplete = diags.HasErrors()
	read := make([]*file, len(found.Files))
	parallel.For(len(read), func(i int) { read[i] = l.readSource(found.Files[i], l.kept.files[found.Files[i]]) })
	l.parseFiles(read)
	files := make(map[Path]*file, len(read))
	for _, f := range read {
		files[f.path] = f
		l.addFile(f)
	}
	l.kept.files = files
}

// parseFiles parses the files that have changed. Of many, those are sketched that can be.
func (l *loader) parseFiles(read []*file) {
	var changed []*file
	for _, f := range read {
		if f.text != nil && f.body == nil && f.diags == nil {
			changed = append(changed, f)
		}
	}
	l.announceBulk(len(changed))
	sketch := len(changed) >= bulkFlows && !l.kept.parseAll
	noBlocks := &hclsyntax.Body{}
	parallel.For(len(changed), func(i int) {
		f := changed[i]
		if !sketch || f.mistaken.Load() || !f.sketch(noBlocks) {
			f.parse()
		}
		l.countBulk()
	})
}

func (l *loader) addFile(f *file) {
	l.report(f.diags...)
	if f.text != nil {
		l.sources[f.name] = f.text
	}
	if f.body == nil {
		l.incomplete = true
		return // blocks of a file with syntax errors would give misleading findings
	}
	l.files = append(l.files, f)
}

// readBounded reads a regular file of at most maxFileBytes. Reading a pipe could
// block the load forever.
func readBounded(fsys fs.FS, name string) ([]byte, error) {
	info, err := fs.Stat(fsys, name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("it is not a regular file")
	}
	f, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // nothing was written
	src := make([]byte, min(info.Size(), maxFileBytes))
	n, err := io.ReadFull(f, src)
	src = src[:n]
	if err == nil {
		var more []byte // if the file has grown
		more, err = io.ReadAll(io.LimitReader(f, int64(maxFileBytes+1-n)))
		src = append(src, more...)
	} else if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = nil // it has become shorter
	}
	if err == nil && len(src) > maxFileBytes {
		err = fmt.Errorf("it is larger than %d MiB", maxFileBytes>>20)
	}
	return src, err
}

// ReadFile reads a file as a load does: a regular file of at most 4 MiB.
func ReadFile(fsys fs.FS, name string) ([]byte, error) { return readBounded(fsys, name) }

// ParseFile reads and parses a file of the language. The body is nil if it has
// errors.
func ParseFile(fsys fs.FS, p Path) (src []byte, body *hclsyntax.Body, diags hcl.Diagnostics) {
	src, err := readBounded(fsys, p.Dir)
	if err != nil {
		return nil, nil, hcl.Diagnostics{unreadableFinding(p.Name, err)}
	}
	src = bytes.TrimPrefix(src, []byte("\xef\xbb\xbf"))
	body, diags = syntax.Parse(p.Name, src)
	return src, body, diags
}

func unreadableFinding(name string, err error) *hcl.Diagnostic {
	d := &hcl.Diagnostic{Severity: hcl.DiagError, Summary: "Can't be read", Detail: fmt.Sprintf("%s: %s.", name, fileErrorCause(err))}
	if errors.Is(err, fs.ErrNotExist) {
		d.Detail = fmt.Sprintf("There is no file or folder %q. Name a folder with .hcl files, or one such file.", name)
	}
	return d
}

// fileErrorCause returns the cause of a file error without the path: messages
// show the path as the user wrote it.
func fileErrorCause(err error) string {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err.Error()
	}
	return err.Error()
}
