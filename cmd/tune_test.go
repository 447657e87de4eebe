package cmd

import "testing"

// TestBulkPercent: a heap grows to a size, and by 32 MiB at least.
func TestBulkPercent(t *testing.T) {
	t.Parallel()
	const mib = 1 << 20
	for _, c := range []struct {
		alive, heap uint64
		want        int
	}{
		{0, 200 * mib, 1000},
		{10 * mib, 200 * mib, 1000},
		{100 * mib, 200 * mib, 101},
		{160 * mib, 200 * mib, 26},
		{180 * mib, 200 * mib, 18},
		{320 * mib, 200 * mib, 11},
		{64 * mib, 0, 51},
	} {
		if got := bulkPercent(c.alive, c.heap); got != c.want {
			t.Errorf("%d MiB of %d: %d %%, want %d", c.alive/mib, c.heap/mib, got, c.want)
		}
	}
}
