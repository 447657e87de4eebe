package jq

import (
	"runtime"
	"testing"

	"github.com/webhook-gateway/gateway/internal/testutil/racetest"
)

// TestAllocations bounds what a run allocates besides the values that it makes:
// the state of the run and the list of its results.
func TestAllocations(t *testing.T) {
	if racetest.On {
		t.Skip("the race detector allocates")
	}
	for program, most := range map[string]float64{
		`.customer.address.city`:            2,
		`.lines[0].qty`:                     2,
		`.paid and .amount != ""`:           2,
		`.note // .currency`:                2,
		`.lines | length`:                   2,
		`any(.lines[]; .qty > 3)`:           5, // and callbacks
		`{id, amount}`:                      4, // and the object
		`"\(.id) of \(.customer.name)"`:     4, // and the text
		`[.lines[] | .sku]`:                 4, // and the list
		`.customer | .name as $n | $n`:      3, // and the variable
		`[.lines[] | {sku, qty}]`:           10,
		`.lines | map(.qty * .price) | add`: 8,
	} {
		p := compile(t, program)
		if p.compiled == nil {
			t.Fatalf("%s: gojq runs it because of %s", program, p.reason)
		}
		in := Input{Value: order()}
		got := testing.AllocsPerRun(100, func() {
			if _, err := p.Run(t.Context(), in); err != nil {
				t.Fatal(err)
			}
		})
		if got > most {
			t.Errorf("%s: %v allocations, want at most %v", program, got, most)
		}
	}
}

// TestProgramSize bounds the memory of a program that runs as a closure: neither
// its syntax nor the code of gojq stays.
func TestProgramSize(t *testing.T) {
	const count, most = 200, 4 << 10
	heap := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	programs := make([]*Program, count)
	before := heap()
	for i := range programs {
		programs[i] = compile(t, `{count: (.items | length), total: ([.items[] | .qty * .price] | add)}`)
	}
	size := (heap() - before) / count
	t.Logf("%d bytes", size)
	if size > most {
		t.Errorf("a program takes %d bytes, want at most %d", size, most)
	}
	runtime.KeepAlive(programs)
}
