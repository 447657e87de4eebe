package run_test

import (
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
