package watch

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/fsnotify/fsnotify"
)

// watchSet holds the folders in which changes of the watched files appear: the
// folder of each file, and the folder of each symbolic link on the way to it,
// because the link may be replaced. All its paths are free of links, so that
// each folder has one name.
type watchSet struct {
	folders  map[string]bool   // true if new files in it may be flow files
	names    map[string]bool   // paths in the folders whose changes matter
	resolved map[string]string // paths without links; "" if nothing is there
}

func newWatchSet() *watchSet {
	return &watchSet{folders: map[string]bool{}, names: map[string]bool{}, resolved: map[string]string{}}
}

// maxLinks is the number of links that one path may lead through, as in the
// kernel.
const maxLinks = 40

// addFile adds the folders in which a change of the file appears. The file need
// not exist.
func (s *watchSet) addFile(path string) { s.followPath(path, 0) }

// addRegular is addFile for a path at which a regular file was just seen.
func (s *watchSet) addRegular(path string) {
	if dir := s.resolve(filepath.Dir(path), 0); dir != "" {
		s.addName(dir, filepath.Join(dir, filepath.Base(path)))
	}
}

// addFolder adds a folder in which any new flow file or folder matters.
func (s *watchSet) addFolder(path string) {
	if at := s.followPath(path, 0); at != "" {
		s.folders[at] = true
	}
}

// followPath resolves a path and adds each part of it whose change would give another
// result: its end, the first missing part, and links. It returns "" if nothing
// is at the path.
func (s *watchSet) followPath(path string, links int) string {
	dir := filepath.Dir(path)
	if dir == path {
		return path
	}
	if dir = s.resolve(dir, links); dir == "" {
		return ""
	}
	s.addName(dir, filepath.Join(dir, filepath.Base(path)))
	return s.resolve(path, links)
}

// resolve is followPath for a folder on the way to a file. Its end matters only if it
// is a link or missing.
func (s *watchSet) resolve(path string, links int) string {
	if at, known := s.resolved[path]; known {
		return at
	}
	dir := filepath.Dir(path)
	if dir == path {
		return path
	}
	s.resolved[path] = "" // ends a circle of links
	if dir = s.resolve(dir, links); dir == "" {
		return ""
	}
	at := filepath.Join(dir, filepath.Base(path))
	info, err := os.Lstat(at)
	switch {
	case err != nil:
		s.addName(dir, at)
		return ""
	case info.Mode()&os.ModeSymlink != 0:
		s.addName(dir, at)
		at = s.followLink(dir, at, links+1)
	}
	s.resolved[path] = at
	return at
}

// followLink follows the link at a path in a folder.
func (s *watchSet) followLink(dir, link string, links int) string {
	to, err := os.Readlink(link)
	if err != nil || links > maxLinks {
		return ""
	}
	if !filepath.IsAbs(to) {
		to = filepath.Join(dir, to)
	}
	return s.followPath(to, links)
}

func (s *watchSet) addName(dir, path string) {
	s.names[path] = true
	if !s.folders[dir] {
		s.folders[dir] = false
	}
}

// matches reports whether an event may change the result of a load. It must be
// cheap, as the folders may hold files that are written all the time.
func (s *watchSet) matches(e fsnotify.Event) bool {
	path := filepath.Clean(e.Name)
	if s.names[path] {
		return true
	}
	if _, watched := s.folders[path]; watched {
		return true
	}
	if !s.folders[filepath.Dir(path)] {
		return false
	}
	if strings.HasSuffix(path, ".hcl") {
		return true
	}
	if !e.Has(fsnotify.Create) {
		return false
	}
	info, err := os.Lstat(path)
	return err == nil && !info.Mode().IsRegular() // a folder, or a link to one
}
