package expr

import (
	"context"
	"encoding/json"
	"errors"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

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
		`sum(w.list) + length(w.most)`:             "jq(\"$w.list | …\", null)",
		`length(w.list) + sum(w.list)`:             "w.list exceeds this",
		`length(w.list) + length(w.list.x)`:        "w.list exceeds this",
		`[for w in [w.list] : length(w)]`:          "w.list exceeds this",
		`length(w.most) + length(w.most) + w.one`:  "",
		`jq("error(\"own words\")", w.list)`:       "own words",
		`jq(".", w.list)`:                          "the result has more than 100000 values",
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
	env := testEnv{"w": map[string]any{
		"list": numberList(500_000), "short": []any{json.Number("1"), json.Number("2"), json.Number("3")}, "text": "ab",
		"nested": []any{map[string]any{"text": "abc"}, numberList(200_000)},
	}}
	for src, want := range map[string]any{
		`length(w.list)`:                                              json.Number("500000"),
		`jq("length", w.list)`:                                        json.Number("500000"),
		`jq("[.[:2][] | . + 1]", w.list)`:                             []any{json.Number("2"), json.Number("2")},
		`jq("empty", w.list)`:                                         nil,
		`{ n = length(w.list), m = w.list[0] }`:                       map[string]any{"n": json.Number("500000"), "m": json.Number("1")},
		`length(w.list) > 5`:                                          true,
		`"n: ${length(w.list)}"`:                                      "n: 500000",
		`[for i in [1, 2] : i * length(w.list)]`:                      []any{json.Number("500000"), json.Number("1000000")},
		`[for w in [{list = "abc"}] : length(w.list)]`:                []any{json.Number("3")},
		`{ for k, w in { a = [7, 8] } : k => length(w) }`:             map[string]any{"a": json.Number("2")},
		`try(jq("error", w.list), length(w.list))`:                    json.Number("500000"),
		`"%{ if length(w.list) > 5 }${jq(".[1]", w.list)}%{ endif }"`: "1",
		`upper(jq("\"a\"", w.list)) == "A" && can(length(w.list))`:    true,
		`length(w.short) + length(w.text) + length(w.nested[0].text)`: json.Number("8"),
		`jq("length", w.list) + jq("add", w.short)`:                   json.Number("500006"),
	} {
		got, err := compileTest(t, src).Eval(context.Background(), env)
		if err != nil || !value.Equal(got, want) {
			t.Errorf("%s is %v, error %v, want %v", src, got, err, want)
		}
	}
}

// TestLengthOfAnyValue: length of a name has the value and the error of HCL.
func TestLengthOfAnyValue(t *testing.T) {
	t.Parallel()
	for name, v := range map[string]any{
		"list": numberList(3), "no list": []any{}, "object": map[string]any{"a": nil, "A\u030a": "x"},
		"text": "A\u030a", "null": nil, "number": json.Number("7"), "bool": true,
	} {
		env := testEnv{"w": map[string]any{"v": v}}
		got, err := compileTest(t, `length(w.v)`).Eval(context.Background(), env)
		want, wantErr := compileTest(t, `[for v in [w.v] : length(v)][0]`).Eval(context.Background(), env)
		if !reflect.DeepEqual(got, want) || detailOf(err) != detailOf(wantErr) {
			t.Errorf("%s: %#v, %v, but HCL has %#v, %v", name, got, err, want, wantErr)
		}
	}
}

func detailOf(err error) string {
	var own *Error
	if errors.As(err, &own) {
		return own.Detail
	}
	return ""
}

// memoryEnv counts the memory that evaluations take.
type memoryEnv struct {
	testEnv
	limit, used, most int64
}

func (m *memoryEnv) TakeMemory(n int64) (func(), bool) {
	if m.used+n > m.limit {
		return nil, false
	}
	m.used += n
	m.most = max(m.most, m.used)
	return func() { m.used -= n }, true
}

// TestEvaluationsTakeMemory: the values that an evaluation reads and makes take
// memory of the budget until it ends.
func TestEvaluationsTakeMemory(t *testing.T) {
	t.Parallel()
	lists := testEnv{"w": map[string]any{"list": numberList(500_000), "short": numberList(20_000), "one": json.Number("1")}}
	for src, want := range map[string]int64{
		`w.one + 1`:                      0,
		`length(w.list) + 1`:             0,
		`sum(w.short)`:                   20_001 * perElement,
		`jq("length", w.short)`:          20_001 * perElement,
		`jq("length", w.list) + 1`:       500_001 * bytesOutside,
		`length(jq(".[:2000]", w.list))`: 500_001*bytesOutside + 2001*perElement,
		`[for i in [w.one, 2, 3, 4] : jq("[range(400)]", i)]`: 1204 * perElement,
	} {
		e := compileTest(t, src)
		env := &memoryEnv{testEnv: lists, limit: 1 << 40}
		if _, err := e.Eval(context.Background(), env); err != nil || env.most != want || env.used != 0 {
			t.Errorf("%s: took %d bytes and kept %d, error %v, want %d", src, env.most, env.used, err, want)
		}
		env = &memoryEnv{testEnv: lists, limit: want - 1}
		_, err := e.Eval(context.Background(), env)
		var own *Error
		if want > 0 && (!errors.As(err, &own) || !own.NoMemory || env.used != 0) {
			t.Errorf("%s: without memory: %v, kept %d", src, err, env.used)
		}
	}
}

// TestProgramsTakeMemory: the values that a jq program makes take memory of the
// budget until it ends. Without memory it fails as one that may be tried again, in
// an expression and alone, and try does not continue.
func TestProgramsTakeMemory(t *testing.T) {
	t.Parallel()
	lists := testEnv{"w": map[string]any{"list": numberList(20_000)}}
	const program = `[.[] | {a: .}] | length`
	for name, eval := range map[string]func(Env) (any, error){
		"expression": func(env Env) (any, error) {
			return compileTest(t, `try(jq("`+program+`", w.list), "none")`).Eval(context.Background(), env)
		},
		"program": func(env Env) (any, error) {
			text, _ := hclsyntax.ParseExpression([]byte(`"`+program+`"`), "m.hcl", hcl.InitialPos)
			p, diags := tierScope().CompileJQ(text)
			if diags.HasErrors() {
				return nil, diags
			}
			return p.Run(context.Background(), env, lists["w"].(map[string]any)["list"])
		},
	} {
		env := &memoryEnv{testEnv: lists, limit: 1 << 40}
		if v, err := eval(env); err != nil || env.most < 20_000*300 || env.used != 0 {
			t.Errorf("%s: %v, error %v; took %d bytes and kept %d", name, v, err, env.most, env.used)
		}
		env = &memoryEnv{testEnv: lists, limit: env.most - 1<<20}
		v, err := eval(env)
		var own *Error
		if !errors.As(err, &own) || !own.NoMemory || !strings.Contains(own.Detail, "jq program") || env.most == 0 || env.used != 0 {
			t.Errorf("%s: without memory: %v, error %v; kept %d", name, v, err, env.used)
		}
	}
}

// TestMemoryShortageIsNoChoice: try does not continue without memory.
func TestMemoryShortageIsNoChoice(t *testing.T) {
	t.Parallel()
	env := &memoryEnv{testEnv: testEnv{"w": map[string]any{"list": numberList(500_000)}}, limit: 500_001 * bytesOutside}
	_, err := compileTest(t, `try(jq(".[:2000]", w.list), "none")`).Eval(context.Background(), env)
	var own *Error
	if !errors.As(err, &own) || !own.NoMemory {
		t.Errorf("error is %v", err)
	}
}
