package load

import (
	"cmp"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
)

// Found lists the flow files and folders under the paths of a load.
type Found struct {
	Files   []Path   // the flow files, in the order in which they are read
	Folders []string // the folders that were searched, as paths in the file system
	Missing []string // links in them whose target can't be found now, as paths in the file system
}

// Find lists the flow files that Files reads under the paths, without reading
// them. It skips and reports files and folders that it can't search.
func Find(fsys fs.FS, paths []Path) (Found, hcl.Diagnostics) { return find(fsys, paths, isFlowFile) }

// FindTests lists the test files under the paths, as Find lists the flow files. A
// path that is a flow file stands for the test files in its folder.
func FindTests(fsys fs.FS, paths []Path) (Found, hcl.Diagnostics) {
	folders := make([]Path, len(paths))
	for i, p := range paths {
		folders[i] = p
		if isFlowFile(p.Dir) {
			folders[i] = Path{Dir: path.Dir(p.Dir), Name: path.Dir(cmp.Or(p.Name, p.Dir))}
		}
	}
	return find(fsys, folders, isTestFile)
}

// find lists the files under the paths whose names have a form.
func find(fsys fs.FS, paths []Path, hasForm func(name string) bool) (Found, hcl.Diagnostics) {
	f := &finder{fs: fsys, names: map[string]bool{}, hasForm: hasForm}
	for _, p := range paths {
		if p.Name == "" {
			p.Name = p.Dir
		}
		info, err := fs.Stat(fsys, p.Dir)
		switch {
		case err != nil:
			f.report(unreadableFinding(p.Name, err))
		case info.IsDir():
			f.searchFolder(p, []fs.FileInfo{info})
		default:
			f.addFile(p)
		}
	}
	return f.found, f.diags
}

type finder struct {
	fs    fs.FS
	found Found
	names map[string]bool // names of the files found, as in findings
	diags hcl.Diagnostics

	hasForm func(name string) bool // of the files to list
}

func (f *finder) report(d *hcl.Diagnostic) { f.diags = append(f.diags, d) }

// addFile adds a flow file, once even if several paths lead to it.
func (f *finder) addFile(p Path) {
	switch {
	case f.names[p.Name]:
		return
	case len(f.found.Files) < maxFiles:
		f.found.Files = append(f.found.Files, p)
	case len(f.found.Files) == len(f.names): // reported once
		f.report(&hcl.Diagnostic{
			Severity: hcl.DiagError, Summary: "Too many files",
			Detail: fmt.Sprintf("There are more than %d flow files under the given paths. Name folders that hold fewer.", maxFiles),
		})
	}
	f.names[p.Name] = true
}

// searchFolder searches a folder in order of names. It follows symbolic links,
// because a mounted ConfigMap consists of them; parents lists the folders on the
// way, so that a link to one of them is not followed. It skips names that begin
// with a dot: the folders behind a ConfigMap's links, and those of editors and
// git. It also skips the data folder of a gateway, which may be beside the files.
func (f *finder) searchFolder(p Path, parents []fs.FileInfo) {
	entries, err := fs.ReadDir(f.fs, p.Dir)
	if err == nil && len(parents) > 1 && isDataFolder(entries) {
		return
	}
	f.found.Folders = append(f.found.Folders, p.Dir)
	if err != nil {
		f.report(unreadableFinding(p.Name, err))
		return
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), ".") {
			continue
		}
		entry := Path{Dir: path.Join(p.Dir, e.Name()), Name: path.Join(p.Name, e.Name())}
		if e.Type().IsRegular() {
			if f.hasForm(e.Name()) {
				f.addFile(entry)
			}
			continue
		}
		f.followEntry(entry, parents)
	}
}

// followEntry searches an entry that is not a regular file: a folder or a link.
// A dangling link is reported only if it has the name of a flow file.
func (f *finder) followEntry(p Path, parents []fs.FileInfo) {
	info, err := fs.Stat(f.fs, p.Dir)
	if err != nil {
		f.found.Missing = append(f.found.Missing, p.Dir)
		if f.hasForm(p.Name) {
			f.report(unreadableFinding(p.Name, err))
		}
		return
	}
	if !info.IsDir() {
		if f.hasForm(p.Name) {
			f.addFile(p)
		}
		return
	}
	if slices.ContainsFunc(parents, func(parent fs.FileInfo) bool { return os.SameFile(parent, info) }) {
		return
	}
	if len(parents) >= maxFolderDepth {
		f.report(&hcl.Diagnostic{
			Severity: hcl.DiagError, Summary: "Folders too deep",
			Detail: fmt.Sprintf("%s is more than %d folders deep. Move it closer to the given path.", p.Name, maxFolderDepth),
		})
		return
	}
	f.searchFolder(p, append(slices.Clip(parents), info))
}

// isDataFolder reports whether a folder has the files of a gateway's data folder:
// the embedded store, or the token beside the key.
func isDataFolder(entries []fs.DirEntry) bool {
	has := func(name string) bool {
		return slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return e.Name() == name && e.Type().IsRegular() })
	}
	return has("gateway.db") || has("admin-token") && has("key")
}

// isFlowFile reports whether a file has the name of a flow file. Files of flow
// tests have names of their own.
func isFlowFile(name string) bool {
	return strings.HasSuffix(name, ".hcl") && !strings.HasSuffix(name, ".test.hcl") && !strings.HasPrefix(path.Base(name), ".")
}

// isTestFile reports whether a file has the name of a file of flow tests.
func isTestFile(name string) bool {
	return strings.HasSuffix(name, ".test.hcl") && !strings.HasPrefix(path.Base(name), ".")
}
