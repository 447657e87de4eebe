package value

import (
	"errors"
	"runtime"
	"strings"
	"testing"
)

func TestDecodeDepth(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		depth int
		text  string
		at    int64 // offset of the bracket that is too much, or -1
	}{
		"scalar":            {1, `1`, -1},
		"one of one":        {1, `[1,{}]`, 3},
		"siblings":          {2, `[[],[],{"a":1},[]]`, -1},
		"object too deep":   {2, `{"a":{"b":{}}}`, 10},
		"default":           {0, nested(DefaultDepth), -1},
		"beyond default":    {0, nested(DefaultDepth + 1), DefaultDepth},
		"negative":          {-1, nested(DefaultDepth), -1},
		"the most":          {MaxDepth, nested(MaxDepth), -1},
		"more than most":    {MaxDepth + 5, nested(MaxDepth + 1), MaxDepth},
		"only open, in one": {3, `[[[[`, 3},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := Decode([]byte(test.text), Limits{Depth: test.depth})
			if test.at < 0 {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			fault, ok := errors.AsType[*SyntaxError](err)
			if !ok || fault.Offset != test.at || !strings.Contains(fault.Reason, "too deeply") {
				t.Errorf("got %v, want a fault of depth at offset %d", err, test.at)
			}
		})
	}
}

func nested(depth int) string {
	return strings.Repeat("[", depth) + strings.Repeat("]", depth)
}

// The cost of a body of brackets must follow the limit, not the size of the body.
// Not parallel: it reads the allocations of the whole process.
func TestDecodeRefusesManyBracketsCheaply(t *testing.T) {
	for _, unit := range []string{`[`, `{"a":`, `{[`} {
		body := []byte(strings.Repeat(unit, 1e6))
		const rounds = 10
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		for range rounds {
			if _, err := Decode(body, Limits{}); err == nil {
				t.Fatal("accepted")
			}
		}
		runtime.ReadMemStats(&after)
		if bytes := (after.TotalAlloc - before.TotalAlloc) / rounds; bytes > 64<<10 {
			t.Errorf("%s…: %d bytes allocated for a body that is refused at its first bytes", unit, bytes)
		}
	}
}

func TestDecodeReasonsAreShort(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("n", 1<<20)
	for name, text := range map[string]string{
		"duplicate name": `{"` + long + `":1,"` + long + `":2}`,
		"pointer":        `{"a":{"` + long + `":[?]}}`,
		"deep pointer":   strings.Repeat(`{"some name":`, 60) + `?`,
		"literal":        `[tr` + long + `]`,
		"string":         `"` + long,
		"number":         strings.Repeat("1", 1<<20),
		"exponent":       `1e` + strings.Repeat("1", 900),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := Decode([]byte(text), Limits{})
			if err == nil {
				t.Fatal("accepted")
			}
			if len(err.Error()) > 600 {
				t.Errorf("message of %d bytes", len(err.Error()))
			}
		})
	}
}

func TestDecodeCutsPointersBetweenNames(t *testing.T) {
	t.Parallel()
	text := strings.Repeat(`{"some name":`, 60) + `?`
	_, err := Decode([]byte(text), Limits{})
	fault, ok := errors.AsType[*SyntaxError](err)
	if !ok {
		t.Fatalf("got %v", err)
	}
	want := strings.Repeat("/some name", maxPointer/len("/some name"))
	if fault.Pointer != want {
		t.Errorf("pointer %q, want %q", fault.Pointer, want)
	}
}
