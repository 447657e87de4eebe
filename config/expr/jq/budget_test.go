package jq

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
)

// testBudget is a budget that knows the most bytes that were taken from it.
type testBudget struct {
	mu                sync.Mutex
	limit, used, most int64
}

func (b *testBudget) take(n int64) (func(), bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.used+n > b.limit {
		return nil, false
	}
	b.used += n
	b.most = max(b.most, b.used)
	return func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.used -= n
	}, true
}

func compileBudgetTest(t *testing.T, program string) *Program {
	t.Helper()
	p, err := Compile(program, nil)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestBudgetBoundsProgramsTogether: programs that run at once stay within their
// common budget. Those for which there is no memory end, even if they catch errors,
// and all memory is free afterwards.
func TestBudgetBoundsProgramsTogether(t *testing.T) {
	t.Parallel()
	const limit = 8 << 20
	for _, program := range []string{
		`[.[] | {a: ., b: ., c: [., ., .]}] | length`,
		`[.[] | [., 1]] | length`,
		`reduce .[] as $x (null; {a: ., $x}) | .x`,
		`. + . + . + . | length`,
		`try ([.[] | {a: .}] | length) catch 1`,
	} {
		p := compileBudgetTest(t, program)
		input := numbers(100_000)()
		b := &testBudget{limit: limit}
		var wg sync.WaitGroup
		for range 12 {
			wg.Go(func() {
				out, err := p.Run(context.Background(), Input{Value: input, TakeMemory: b.take})
				if !errors.Is(err, ErrNoMemory) && (err != nil || len(out) != 1) {
					t.Errorf("%s: %v, error %v", program, out, err)
				}
			})
		}
		wg.Wait()
		if b.most == 0 || b.most > limit || b.used != 0 {
			t.Errorf("%s: took %d bytes, %d are taken at the end", program, b.most, b.used)
		}
	}
}

// TestBudgetTakes: a program takes the memory of what it makes, and nothing if that
// is little. A closure makes no copies of the lists through which it steps.
func TestBudgetTakes(t *testing.T) {
	t.Parallel()
	const elements = 100_000
	for program, bytes := range map[string]struct{ interpreted, compiled int64 }{
		`{a: ., b: [., .]} | length`:                {0, 0},
		`reduce .[] as $x (0; {a: 1, b: "x"} | .a)`: {elements * 40, 0},
		`[.[] | {a: .}] | length`:                   {elements * (40 + 40 + 352), elements * (32 + 352)},
		`[.[] | {a: ., b: [., .]}] | length`:        {elements * (40 + 40 + 368 + 88), elements * (32 + 368 + 88)},
		`[.[] | {"a": 1, "b": "x"}.a] | length`:     {elements * (40 + 48), elements * 32},
		`[.[] | {"\(.)": .}.a] | length`:            {elements * (40 + 40 + 32 + 352), elements * (32 + 32 + 32 + 352)},
		`map({a: .}) | length`:                      {elements * (40 + 40 + 352), elements * (32 + 352)},
		`.[] |= {a: .} | length`:                    {elements * (40 + 352), elements * 352},
	} {
		p := compileBudgetTest(t, program)
		p.MaxGrowth = 1 << 40 // the other tests make the heap grow
		for how, run := range map[string]struct {
			f    func(context.Context, Input) ([]any, error)
			want int64
		}{"interpreted": {p.interpret, bytes.interpreted}, "compiled": {p.runCompiled, bytes.compiled}} {
			b := &testBudget{limit: 1 << 40}
			_, err := run.f(context.Background(), Input{Value: numbers(elements)(), TakeMemory: b.take})
			if err != nil {
				t.Errorf("%s, %s: %v", program, how, err)
			}
			if b.most < run.want-bytesPerTake || b.most > run.want+run.want/8 || b.used != 0 {
				t.Errorf("%s, %s: took %d bytes, want %d; %d are taken at the end", program, how, b.most, run.want, b.used)
			}
		}
	}
}

// TestBudgetTakesAShare: a program takes at most the growth at which it ends, however
// much garbage it makes.
func TestBudgetTakesAShare(t *testing.T) {
	t.Parallel()
	p := compileBudgetTest(t, `reduce range(300000) as $i (null; {$i}) | .i`)
	p.MaxGrowth = 64 << 20
	b := &testBudget{limit: 64 << 20}
	out, err := p.Run(context.Background(), Input{TakeMemory: b.take})
	if errors.Is(err, ErrNoMemory) || b.most < 64<<20-bytesPerTake || b.used != 0 {
		t.Errorf("%v, error %v: took %d bytes, %d are taken at the end", out, err, b.most, b.used)
	}
}

// TestValueAboveShare: a value that alone exceeds the growth of a program is not made.
func TestValueAboveShare(t *testing.T) {
	t.Parallel()
	p := compileBudgetTest(t, `. * 2 | length`)
	p.MaxGrowth = 12 << 20
	for length, want := range map[int]error{5 << 20: nil, 7 << 20: ErrMemory} {
		b := &testBudget{limit: 1 << 40}
		in := Input{Value: strings.Repeat("x", length), TakeMemory: b.take}
		if _, err := p.Run(context.Background(), in); !errors.Is(err, want) {
			t.Errorf("two times %d bytes: error %v, want %v", length, err, want)
		}
		if want != nil && b.most != 0 {
			t.Errorf("a value that was not made took %d bytes", b.most)
		}
	}
}

// TestBudgetFails: without memory a program that makes much fails, and one that
// makes little does not.
func TestBudgetFails(t *testing.T) {
	t.Parallel()
	b := &testBudget{limit: bytesPerTake - 1}
	in := Input{Value: numbers(10_000)(), TakeMemory: b.take}
	if _, err := compileBudgetTest(t, `[.[] | {a: .}]`).Run(context.Background(), in); !errors.Is(err, ErrNoMemory) {
		t.Errorf("error is %v", err)
	}
	if out, err := compileBudgetTest(t, `[.[:100][] | {a: .}] | length`).Run(context.Background(), in); err != nil || out[0] != 100 {
		t.Errorf("got %v, error %v", out, err)
	}
}
