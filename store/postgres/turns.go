package postgres

import "sync/atomic"

// turns gives flows their turn to be first among those that are claimed from.
type turns struct{ n atomic.Uint32 }

// next returns where a list of so many begins this time.
func (t *turns) next(length int) int {
	if length == 0 {
		return 0
	}
	return int(t.n.Add(1) % uint32(length)) //nolint:gosec // a short list
}
