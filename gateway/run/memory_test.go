package run_test

import (
	"strings"
	"testing"

	"github.com/webhook-gateway/gateway/gateway/run"
)

func TestMemory(t *testing.T) {
	t.Parallel()
	m := &run.Memory{}
	m.SetLimit(100)
	if !m.TryTake(60) || m.TryTake(41) || !m.TryTake(40) {
		t.Error("the limit of all bytes does not hold")
	}
	if !m.Busy() || m.InUse() != 100 {
		t.Errorf("%d bytes are taken", m.InUse())
	}
	m.Free(100)
	if m.TryTakeAnswer(51) || !m.TryTakeAnswer(50) || m.TryTakeAnswer(1) {
		t.Error("answers do not have half of the budget")
	}
	if m.TryTake(51) || !m.TryTake(50) {
		t.Error("requests do not have the other half")
	}
	m.FreeAnswer(50)
	m.Take(1000) // above the limit
	if m.TryTakeAnswer(1) || m.TryTake(1) {
		t.Error("bytes were given above the limit")
	}
	m.Free(1050)
	m.SetLimit(10)
	if m.InUse() != 0 || m.Busy() || m.TryTake(11) || !m.TryTakeAnswer(5) {
		t.Errorf("%d bytes are taken after all were freed", m.InUse())
	}
}

// TestValueSize: the estimate is never less than what decoded values of the worst
// forms take, see the measured factors.
func TestValueSize(t *testing.T) {
	t.Parallel()
	const n = 1 << 10
	for _, c := range []struct {
		name, text string
		factor     int // measured, of the text
	}{
		{"text", strings.Repeat("a", n), 1},
		{"numbers", strings.Repeat("1,", n), 17},
		{"objects", strings.Repeat(`{"a":1},`, n), 46},
		{"empty objects", strings.Repeat(`{},`, n), 22},
		{"lists", strings.Repeat(`[[[1]]],`, n), 38},
		{"empty lists", strings.Repeat(`[],`, n), 14},
		{"elements", strings.Repeat(`<a>1</a>`, n), 8},
		{"parameters", strings.Repeat(`a&`, n), 10},
	} {
		if got, least := run.ValueSize([]byte(c.text)), int64(c.factor*len(c.text)); got < least {
			t.Errorf("%s: %d, at least %d", c.name, got, least)
		}
	}
}
