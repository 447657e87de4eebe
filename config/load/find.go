package load

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
)

// Found is what lies under the paths that a load is given.
type Found struct {
	Files   []Path   // the flow files, in the order in which they are read
	Folders []string // the folders that were searched, as paths in the file system
}

// Find lists the flow files that Load reads under the paths, and reads none.
// What can't be searched is left out and reported.
func Find(fsys fs.FS, paths []Path) (Found, hcl.Diagnostics) {
	f := &finder{fs: fsys, names: map[string]bool{}}
	for _, p := range paths {
		if p.Name == "" {
			p.Name = p.Dir
		}
		info, err := fs.Stat(fsys, p.Dir)
		switch {
		case err != nil:
			f.add(unreadable(p.Name, err))
		case info.IsDir():
			f.search(p, []fs.FileInfo{info})
		default:
			f.take(p)
		}
	}
	return f.found, f.diags
}

type finder struct {
	fs    fs.FS
	found Found
	names map[string]bool // of the files found, as findings call them
	diags hcl.Diagnostics
}

func (f *finder) add(d *hcl.Diagnostic) { f.diags = append(f.diags, d) }

// take adds a flow file, once however often the command line leads to it.
func (f *finder) take(p Path) {
	switch {
	case f.names[p.Name]:
		return
	case len(f.found.Files) < maxFiles:
		f.found.Files = append(f.found.Files, p)
	case len(f.found.Files) == len(f.names): // said once
		f.add(&hcl.Diagnostic{
			Severity: hcl.DiagError, Summary: "Too many files",
			Detail: fmt.Sprintf("There are more than %d flow files under the given paths.", maxFiles),
		})
	}
	f.names[p.Name] = true
}

// search goes through a folder in order of names. Symbolic links are followed,
// as a mounted ConfigMap is made of them; above lists the folders on the way,
// so that a link to one of them ends there. Names that begin with a dot are
// skipped: the folders behind a ConfigMap's links, editors' and git's own.
func (f *finder) search(p Path, above []fs.FileInfo) {
	f.found.Folders = append(f.found.Folders, p.Dir)
	entries, err := fs.ReadDir(f.fs, p.Dir)
	if err != nil {
		f.add(unreadable(p.Name, err))
		return
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), ".") {
			continue
		}
		in := Path{Dir: path.Join(p.Dir, e.Name()), Name: path.Join(p.Name, e.Name())}
		if e.Type().IsRegular() {
			if isFlowFile(e.Name()) {
				f.take(in)
			}
			continue
		}
		f.follow(in, above)
	}
}

// follow looks at what is no plain file: a folder or a link.
func (f *finder) follow(p Path, above []fs.FileInfo) {
	info, err := fs.Stat(f.fs, p.Dir)
	if err != nil {
		if isFlowFile(p.Name) {
			f.add(unreadable(p.Name, err))
		}
		return // a dangling link that is no flow file is nobody's business
	}
	if !info.IsDir() {
		if isFlowFile(p.Name) {
			f.take(p)
		}
		return
	}
	if slices.ContainsFunc(above, func(a fs.FileInfo) bool { return os.SameFile(a, info) }) {
		return
	}
	if len(above) >= maxDepth {
		f.add(&hcl.Diagnostic{
			Severity: hcl.DiagError, Summary: "Folders too deep",
			Detail: fmt.Sprintf("%s lies more than %d folders deep.", p.Name, maxDepth),
		})
		return
	}
	f.search(p, append(slices.Clip(above), info))
}

// isFlowFile tells flow files from others. Tests stand in files of their own,
// which only `gateway test` reads.
func isFlowFile(name string) bool {
	return strings.HasSuffix(name, ".hcl") && !strings.HasSuffix(name, ".test.hcl") && !strings.HasPrefix(path.Base(name), ".")
}
