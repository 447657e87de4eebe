package expr

import (
	"context"
	"encoding/json"
	"errors"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"github.com/webhook-gateway/gateway/internal/value"
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
		`"${length(w.list)}"`:                      "",
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

// TestCallsOnManyValues: length and jq read a list of any length where it is.
func TestCallsOnManyValues(t *testing.T) {
	t.Parallel()
	env := testEnv{"w": map[string]any{"list": numberList(500_000)}}
	for src, want := range map[string]any{
		`length(w.list)`:                        json.Number("500000"),
		`jq("length", w.list)`:                  json.Number("500000"),
		`jq("[.[:2][] | . + 1]", w.list)`:       []any{json.Number("2"), json.Number("2")},
		`jq("empty", w.list)`:                   nil,
		`{ n = length(w.list), m = w.list[0] }`: map[string]any{"n": json.Number("500000"), "m": json.Number("1")},
	} {
		got, err := compileTest(t, src).Eval(context.Background(), env)
		if err != nil || !value.Equal(got, want) {
			t.Errorf("%s is %v, error %v, want %v", src, got, err, want)
		}
	}
}

// TestLengthInBothForms: the fast form of length has the value and the error of HCL.
func TestLengthInBothForms(t *testing.T) {
	t.Parallel()
	for name, v := range map[string]any{
		"list": numberList(3), "no list": []any{}, "object": map[string]any{"a": nil, "A\u030a": "x"},
		"text": "A\u030a", "null": nil, "number": json.Number("7"), "bool": true,
	} {
		e := compileTest(t, `length(w.v)`)
		env := testEnv{"w": map[string]any{"v": v}}
		got, err := e.Eval(context.Background(), env)
		want, wantErr := e.evalGeneral(context.Background(), env)
		if !reflect.DeepEqual(got, want) || !reflect.DeepEqual(err, wantErr) {
			t.Errorf("%s: %#v, %v, but HCL has %#v, %v", name, got, err, want, wantErr)
		}
	}
}
