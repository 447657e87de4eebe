package value_test

import (
	"runtime"
	"strconv"
	"testing"

	"github.com/webhook-gateway/gateway/internal/testutil/racetest"
	"github.com/webhook-gateway/gateway/internal/value"
)

// TestObjectSize: the sizes are those that Go takes, within a tenth.
func TestObjectSize(t *testing.T) {
	if racetest.On {
		t.Skip("the race detector changes the sizes of values")
	}
	const objects = 64 // so that what else is allocated is little beside them
	names := make([]string, 5000)
	for i := range names {
		names[i] = strconv.Itoa(i)
	}
	for _, members := range []int{0, 1, 7, 8, 9, 14, 15, 28, 29, 100, 896, 897, 1500, 1793, 5000} {
		kept := make([]map[string]any, objects)
		before := totalAlloc()
		for i := range kept {
			kept[i] = make(map[string]any, members)
			for _, name := range names[:members] {
				kept[i][name] = nil
			}
		}
		got, want := value.ObjectSize(members), int(totalAlloc()-before)/objects //nolint:gosec // far smaller
		runtime.KeepAlive(kept)
		if got < want*9/10 || got > want*11/10 {
			t.Errorf("%d members: %d bytes, want %d", members, got, want)
		}
	}
}

// totalAlloc returns the bytes that were made since the start of the process.
func totalAlloc() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.TotalAlloc
}
