package expr

import (
	"context"
	"errors"
	"strings"
	"testing"
)

// TestLargeTextsTakeMemory: the texts that an evaluation makes take memory before a
// template joins them, and keep it for the run. A text that is only picked takes none.
func TestLargeTextsTakeMemory(t *testing.T) {
	t.Parallel()
	const size = 100_000
	texts := testEnv{"w": map[string]any{"raw": strings.Repeat("x", size), "short": "y"}}
	for src, want := range map[string]int64{
		`w.raw`:                     0,
		`"${w.short}${w.short}"`:    0,
		`"${w.raw}${w.raw}!"`:       perByte * (2*size + 1),
		`[w.raw, "${w.raw}-"]`:      perByte * (size + 1),
		`{ a = "${w.raw}-" }`:       perByte * (size + 1),
		`upper(w.raw)`:              perByte * size,
		`"${upper(w.raw)}${w.raw}"`: perByte * 2 * size,
	} {
		e := compileTest(t, src)
		env := &memoryEnv{testEnv: texts, limit: 1 << 40}
		if _, err := e.Eval(context.Background(), env); err != nil || env.used != want {
			t.Errorf("%s: kept %d bytes, error %v, want %d", src, env.used, err, want)
		}
		if want == 0 {
			continue
		}
		env = &memoryEnv{testEnv: texts, limit: want - 1}
		_, err := e.Eval(context.Background(), env)
		var own *Error
		if !errors.As(err, &own) || !own.NoMemory || env.used != 0 || !strings.Contains(own.Detail, "makes texts of") {
			t.Errorf("%s: without memory: %v, kept %d", src, err, env.used)
		}
	}
}

// TestRepeatedTextsTakeMemoryFirst: HCL holds each text as often as the expression
// reads it while it evaluates.
func TestRepeatedTextsTakeMemoryFirst(t *testing.T) {
	t.Parallel()
	const size = 1_000_000
	env := &memoryEnv{testEnv: testEnv{"w": map[string]any{"raw": strings.Repeat("x", size)}}, limit: perByte*3*size - 1}
	_, err := compileTest(t, `length("${upper(w.raw)}${w.raw}${w.raw}")`).Eval(context.Background(), env)
	var own *Error
	if !errors.As(err, &own) || !own.NoMemory || env.most != 0 {
		t.Errorf("took %d bytes, error %v", env.most, err)
	}
}
