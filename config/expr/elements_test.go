package expr

import (
	"context"
	"encoding/json"
	"errors"
	"runtime"
	"strings"
	"testing"
)

// numberList returns a list of numbers, as a body of "[1,1,…]" has it.
func numberList(n int) []any {
	list := make([]any, n)
	for i := range list {
		list[i] = json.Number("1")
	}
	return list
}

// TestManyValues: an expression that HCL evaluates refuses more values than it may
// hold, before it makes anything of them.
func TestManyValues(t *testing.T) {
	many := numberList(500_000)
	nested := make([]any, 1000)
	for i := range nested {
		nested[i] = map[string]any{"list": many[:500]}
	}
	env := testEnv{"w": map[string]any{"list": many, "most": many[:maxElements-2], "nested": nested, "one": json.Number("1")}}
	for src, want := range map[string]string{
		`sum(w.list)`:                              "w.list exceeds this",
		`[for n in w.list : n]`:                    "w.list exceeds this",
		`[for n in w.nested : n.list]`:             "w.nested exceeds this",
		`jsonencode(w)`:                            "w exceeds this",
		`w.list[*]`:                                "w.list exceeds this",
		`length(w.list) + length(w.most)`:          "jq(\"$w.list | …\", null)",
		`length(w.most) + length(w.most) + w.one`:  "",
		`{ a = w.list, b = sum(w.list) }`:          "w.list exceeds this",
		`"${length(w.list)}"`:                      "w.list exceeds this",
		`jq("$w.list", null)`:                      "more than 100000 values",
		`jq("$w.list | length", null) + w.one`:     "",
		`[for i in [1, 2] : jq("$w.most", w.one)]`: "more than 100000 values",
	} {
		t.Run(src, func(t *testing.T) {
			e := compileTest(t, src)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, err := e.Eval(context.Background(), env)
			runtime.ReadMemStats(&after)
			if want == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			var own *Error
			if !errors.As(err, &own) || !strings.Contains(own.Detail, want) || own.Range.Filename != "c.hcl" {
				t.Errorf("error %v, want one that says %q", err, want)
			}
			if made := after.TotalAlloc - before.TotalAlloc; made > 256<<20 {
				t.Errorf("it made %d MiB", made>>20)
			}
		})
	}
}

// TestManyValuesOutsideOfHCL: the tiers that need no HCL take lists of any length.
func TestManyValuesOutsideOfHCL(t *testing.T) {
	t.Parallel()
	env := testEnv{"w": map[string]any{"list": numberList(500_000)}}
	for _, src := range []string{`w.list`, `[w.list]`, `{ a = w.list }`} {
		if e := compileTest(t, src); e.Tier() == General {
			t.Errorf("%s is evaluated by HCL", src)
		} else if _, err := e.Eval(context.Background(), env); err != nil {
			t.Errorf("%s: %v", src, err)
		}
	}
}
