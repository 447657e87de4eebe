package load

import (
	"crypto/sha256"
	"io/fs"
)

// Source is a file that a load has read, or tried to: a flow file, or one
// that a flow file names.
type Source struct {
	Path   string // in the file system, slash-separated
	Digest Digest
}

// Digest tells contents of files apart: the SHA-256 of what was read, zero
// where nothing could be read.
type Digest [sha256.Size]byte

// DigestOf reads a file as a load does. Where a load would have got the same,
// the digest is the one in Config.Read.
func DigestOf(fsys fs.FS, name string) Digest { return digest(readBounded(fsys, name)) }

func digest(src []byte, err error) Digest {
	if err != nil {
		return Digest{}
	}
	return sha256.Sum256(src)
}
