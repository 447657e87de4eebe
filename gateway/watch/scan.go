package watch

import (
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/webhook-gateway/gateway/config/load"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/internal/parallel"
)

// fileState holds the state of the files at one moment.
type fileState struct {
	digests map[string]load.Digest // of the files that a load would and could read, by path in the file system
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
func Digests(paths []string) map[string]load.Digest {
	return newScanner(paths, false).scan(nil).digests
}

// scanner scans files again and again. It reads a file only if the file may have changed
// since a scan before.
type scanner struct {
	paths []string             // flow files and folders, as paths of the operating system
	tests bool                 // also scan the files of tests
	now   func() time.Time     // of the machine, as the files have its times
	known map[string]knownFile // by path in the file system
}

func newScanner(paths []string, tests bool) *scanner {
	return &scanner{paths: paths, tests: tests, now: clock.System{}.Now}
}

// scan scans the flow files that exist now, the files of tests if they matter, and
// the other files that the last load has read.
func (s *scanner) scan(read map[string]load.Digest) fileState {
	set := newWatchSet()
	files := rootFS()
	var roots []load.Path
	for _, p := range s.paths {
		if abs, err := filepath.Abs(p); err == nil {
			set.addFile(abs)
			roots = append(roots, load.Path{Dir: FSPath(abs)})
		}
	}
	found, _ := load.Find(files, roots) // a load reports folders that cannot be searched
	if s.tests {
		beside, _ := load.FindTests(files, roots)
		found.Files = append(found.Files, beside.Files...)
		found.Folders = append(found.Folders, beside.Folders...) // that of a flow file too
		found.Missing = append(found.Missing, beside.Missing...)
	}
	for _, dir := range found.Folders {
		set.addFolder(osPath(dir))
	}
	for _, link := range found.Missing {
		set.addFile(osPath(link))
	}
	names := make(map[string]bool, max(len(found.Files), len(read)))
	for _, f := range found.Files {
		names[f.Dir] = true
	}
	for path := range read {
		names[path] = true
	}
	return fileState{s.digestFiles(files, slices.Collect(maps.Keys(names)), set), set}
}

// digestFiles returns the digests of the files that can be read, and adds the files to
// the set.
func (s *scanner) digestFiles(files fs.FS, names []string, set *watchSet) map[string]load.Digest {
	now := s.now()
	seen := make([]seenFile, len(names))
	parallel.For(len(names), func(i int) { seen[i] = s.see(files, names[i], now) })
	digests := make(map[string]load.Digest, len(names))
	s.known = make(map[string]knownFile, len(names))
	for i, path := range names {
		f := seen[i]
		if f.regular {
			set.addRegular(osPath(path))
		} else {
			set.addFile(osPath(path))
		}
		if f.digest != (load.Digest{}) {
			digests[path] = f.digest
		}
		if f.settled {
			s.known[path] = f.knownFile
		}
	}
	return digests
}
