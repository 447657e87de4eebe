package watch

import (
	"io/fs"
	"os"
	"time"

	"github.com/webhook-gateway/gateway/config/load"
)

// stamp is what the file system says of a file besides its content. As long as it stays
// the same, so does the content.
type stamp struct {
	device, inode     uint64
	size              int64
	modified, changed int64 // in nanoseconds
}

// settledAge is how old a change of a file must be before its stamp counts. A later
// change within one tick of the clock of the file system would leave the stamp the same.
const settledAge = 3 * time.Second

// isSettled reports whether each change after now gives the file another stamp.
func (s stamp) isSettled(now time.Time) bool {
	return now.UnixNano()-max(s.modified, s.changed) >= int64(settledAge)
}

// knownFile is a file that was read.
type knownFile struct {
	stamp  stamp // from before it was read
	digest load.Digest
}

// seenFile is what a scan finds at a path.
type seenFile struct {
	knownFile
	regular bool // it is a file, and no link to one
	settled bool // its stamp counts
}

// see returns the state of a file. It reads the file unless an earlier scan has read it
// with the same stamp.
func (s *scanner) see(files fs.FS, path string, now time.Time) seenFile {
	var f seenFile
	if info, err := os.Lstat(osPath(path)); err == nil && info.Mode().IsRegular() {
		f.regular = true
		f.stamp, f.settled = stampOf(info)
		f.settled = f.settled && f.stamp.isSettled(now)
	}
	if known, ok := s.known[path]; ok && f.settled && known.stamp == f.stamp {
		f.digest = known.digest
	} else {
		f.digest = load.DigestFile(files, path)
	}
	return f
}
