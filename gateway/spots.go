package gateway

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/fsnotify/fsnotify"
)

// spots are the places where changes of the watched files show: the folder of
// each file, and, as a symbolic link on the way to it may be replaced, the
// folder of each such link. All paths in it are free of links, so that each
// folder has one name.
type spots struct {
	folders map[string]bool   // to be watched; true where new files may be flow files
	names   map[string]bool   // paths in them whose changes matter
	ends    map[string]string // where paths lead that were followed; "" where nothing is there
}

func newSpots() *spots {
	return &spots{folders: map[string]bool{}, names: map[string]bool{}, ends: map[string]string{}}
}

// mostLinks is how many links one path may lead through, as the kernel bounds
// them too.
const mostLinks = 40

// file adds the places where a change of what the path leads to shows, also
// where nothing is there yet.
func (s *spots) file(path string) { s.follow(path, 0) }

// folder adds a folder in which any new flow file or folder matters.
func (s *spots) folder(path string) {
	if at := s.follow(path, 0); at != "" {
		s.folders[at] = true
	}
}

// follow resolves a path step by step and notes each step whose change would
// lead elsewhere: its end, what is missing, and links. It returns "" where the
// path leads nowhere.
func (s *spots) follow(path string, links int) string {
	dir := filepath.Dir(path)
	if dir == path {
		return path
	}
	if dir = s.step(dir, links); dir == "" {
		return ""
	}
	s.note(dir, filepath.Join(dir, filepath.Base(path)))
	return s.step(path, links)
}

// step is follow for a path on the way to another, whose end matters only
// where it is a link or missing.
func (s *spots) step(path string, links int) string {
	if at, known := s.ends[path]; known {
		return at
	}
	dir := filepath.Dir(path)
	if dir == path {
		return path
	}
	s.ends[path] = "" // for links in a circle
	if dir = s.step(dir, links); dir == "" {
		return ""
	}
	at := filepath.Join(dir, filepath.Base(path))
	info, err := os.Lstat(at)
	switch {
	case err != nil:
		s.note(dir, at)
		return ""
	case info.Mode()&os.ModeSymlink != 0:
		s.note(dir, at)
		at = s.target(dir, at, links+1)
	}
	s.ends[path] = at
	return at
}

// target follows the link at a path in a folder.
func (s *spots) target(dir, link string, links int) string {
	to, err := os.Readlink(link)
	if err != nil || links > mostLinks {
		return ""
	}
	if !filepath.IsAbs(to) {
		to = filepath.Join(dir, to)
	}
	return s.follow(to, links)
}

func (s *spots) note(dir, path string) {
	s.names[path] = true
	if !s.folders[dir] {
		s.folders[dir] = false
	}
}

// relevant tells whether an event may change what a load reads. It must be
// cheap, as the folders may hold files that are written all the time.
func (s *spots) relevant(e fsnotify.Event) bool {
	path := filepath.Clean(e.Name)
	if s.names[path] {
		return true
	}
	if _, ours := s.folders[path]; ours {
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
