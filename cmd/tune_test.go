package cmd

import "testing"

// TestBulkPercent: a heap grows by the same number of bytes between two collections,
// however large it is, within bounds.
func TestBulkPercent(t *testing.T) {
	t.Parallel()
	for alive, want := range map[uint64]int{0: 1000, 1 << 20: 1000, 32 << 20: 200, 64 << 20: 100, 128 << 20: 50, 2 << 30: 10} {
		if got := bulkPercent(alive); got != want {
			t.Errorf("%d MiB: %d %%, want %d", alive>>20, got, want)
		}
	}
}
