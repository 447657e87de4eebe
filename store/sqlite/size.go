package sqlite

import (
	"context"
	"errors"
	"io/fs"
	"os"
)

// Size returns how many bytes the file, its log and the index of the log have, or the
// image of a store in memory.
func (s *Store) Size(context.Context) (int64, error) {
	if s.path == "" {
		image, err := s.image()
		return int64(len(image)), err
	}
	var size int64
	for _, suffix := range []string{"", "-wal", "-shm"} {
		info, err := os.Stat(s.path + suffix)
		switch {
		case err == nil:
			size += info.Size()
		case !errors.Is(err, fs.ErrNotExist):
			return 0, err
		}
	}
	return size, nil
}
