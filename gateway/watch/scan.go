package watch

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/webhook-gateway/gateway/config/load"
)

// fileState holds the state of the files at one moment.
type fileState struct {
	digests map[string]load.Digest // of all files that a load would read, by path in the file system
	set     *watchSet              // the folders in which changes of them appear
}

// rootFS is the file system of watched flow files.
func rootFS() fs.FS { return os.DirFS("/") }

// FSPath converts an absolute path of the operating system to a path in the file
// system that is rooted at /.
func FSPath(path string) string {
	if p := strings.Trim(filepath.ToSlash(filepath.Clean(path)), "/"); p != "" {
		return p
	}
	return "."
}

// osPath is the opposite of FSPath.
func osPath(path string) string { return filepath.Clean("/" + filepath.FromSlash(path)) }

// Digests reads the flow files of some paths.
func Digests(paths []string) map[string]load.Digest { return scan(paths, false, nil).digests }

// scan reads the flow files that exist now, the files of tests if they matter, and
// the other files that the last load has read.
func scan(paths []string, tests bool, read map[string]load.Digest) fileState {
	s := fileState{digests: map[string]load.Digest{}, set: newWatchSet()}
	files := rootFS()
	var roots []load.Path
	for _, p := range paths {
		if abs, err := filepath.Abs(p); err == nil {
			s.set.addFile(abs)
			roots = append(roots, load.Path{Dir: FSPath(abs)})
		}
	}
	found, _ := load.Find(files, roots) // a load reports folders that cannot be searched
	for _, dir := range found.Folders {
		s.set.addFolder(osPath(dir))
	}
	for _, f := range found.Files {
		s.digests[f.Dir] = load.Digest{}
	}
	if tests {
		beside, _ := load.FindTests(files, roots)
		for _, f := range beside.Files {
			s.digests[f.Dir] = load.Digest{}
		}
	}
	for path := range read {
		s.digests[path] = load.Digest{}
	}
	load.DigestFiles(files, s.digests)
	for path := range s.digests {
		s.set.addFile(osPath(path))
	}
	return s
}
