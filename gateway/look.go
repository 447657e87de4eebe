package gateway

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/webhook-gateway/gateway/config/load"
)

// sight is what the files are at one moment.
type sight struct {
	digests map[string]load.Digest // of all that a load would read, by path in the file system
	spots   *spots                 // where changes of it would show
}

// root is the file system that flow files lie in when they are watched.
func root() fs.FS { return os.DirFS("/") }

// inFS is an absolute path of the operating system in root.
func inFS(path string) string {
	if p := strings.Trim(filepath.ToSlash(filepath.Clean(path)), "/"); p != "" {
		return p
	}
	return "."
}

// inOS is a path in root as the operating system has it.
func inOS(path string) string { return filepath.Clean("/" + filepath.FromSlash(path)) }

// look reads the flow files that there are now, and what else the last load
// has read.
func (g *Gateway) look(read map[string]load.Digest) sight {
	s := sight{digests: map[string]load.Digest{}, spots: newSpots()}
	files := root()
	var paths []load.Path
	for _, p := range g.opts.Watch {
		if abs, err := filepath.Abs(p); err == nil {
			s.spots.file(abs)
			paths = append(paths, load.Path{Dir: inFS(abs)})
		}
	}
	found, _ := load.Find(files, paths) // a load reports what can't be searched
	for _, dir := range found.Folders {
		s.spots.folder(inOS(dir))
	}
	for _, f := range found.Files {
		s.digests[f.Dir] = load.Digest{}
	}
	for path := range read {
		s.digests[path] = load.Digest{}
	}
	for path := range s.digests {
		s.digests[path] = load.DigestOf(files, path)
		s.spots.file(inOS(path))
	}
	return s
}
