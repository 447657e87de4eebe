package expr

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/itchyny/gojq"

	"github.com/webhook-gateway/gateway/config/expr/jq"
	"github.com/webhook-gateway/gateway/internal/value"
)

// jqReadPrograms are programs with the parts of their input that they read, as JSON
// of names; "all" for all.
func jqReadPrograms() map[string]string {
	return map[string]string{
		`{count: (.items | length), total: ([.items[] | .qty * .price] | add)}`: `{"items":null}`,
		`[.items[] | .qty * .price] | add`:                                      `{"items":[{"price":null,"qty":null}]}`,
		`.a`:                                                                    `{"a":null}`,
		`.a.b, .a.c`:                                                            `{"a":{"b":null,"c":null}}`,
		`.a["b"]`:                                                               `{"a":{"b":null}}`,
		`.["a b"].c`:                                                            `{"a b":{"c":null}}`,
		`.a."b"`:                                                                `{"a":{"b":null}}`,
		`.a[0].b`:                                                               `{"a":null}`,
		`.a[1:].b`:                                                              `{"a":null}`,
		`.a[.b]`:                                                                `{"a":null,"b":null}`,
		`."a\(.b)"`:                                                             "all",
		`.a?.b`:                                                                 `{"a":{"b":null}}`,
		`.a | 5`:                                                                `{"a":null}`,
		`.a | .b | .c`:                                                          `{"a":{"b":{"c":null}}}`,
		`.a as $x | $x.b + .c`:                                                  `{"a":null,"c":null}`,
		`. as {a: $x} | $x`:                                                     "all",
		`.a as [$x, {b: $y}] | .c`:                                              "all",
		`{a, "b", $__loc__, c: .d, (.e): 1}`:                                    `{"a":null,"b":null,"d":null,"e":null}`,
		`{"b"}`:                                                                 `{"b":null}`,
		`if .a then .b else .c end | .d`:                                        `{"a":null,"b":{"d":null},"c":{"d":null}}`,
		`if .a then .b end`:                                                     "all",
		`if .a then .b elif .c then 1 else 2 end`: `{"a":null,"b":null,"c":null}`,
		`.a // .b | .c`:                          `{"a":{"c":null},"b":{"c":null}}`,
		`.a and .b`:                              `{"a":null,"b":null}`,
		`-.a`:                                    `{"a":null}`,
		`"x \(.a) \(.b.c)"`:                      `{"a":null,"b":{"c":null}}`,
		`@base64 "\(.a)"`:                        `{"a":null}`,
		`@json`:                                  "all",
		`.a | @json`:                             `{"a":null}`,
		`..`:                                     "all",
		`.[]`:                                    "all",
		`.[] | .a`:                               "all",
		`.a[].b[].c`:                             `{"a":[{"b":[{"c":null}]}]}`,
		`.a.b, .a[]`:                             `{"a":null}`,
		`map(.a)`:                                "all",
		`.a | map(.b)`:                           `{"a":null}`,
		`.a |= 1`:                                "all",
		`.a = .b`:                                "all",
		`.a | .b |= 1`:                           `{"a":null}`,
		`reduce .a[] as $x (0; . + $x.b)`:        `{"a":null}`,
		`foreach .a[].b as $x (.c; . + $x; [.])`: `{"a":[{"b":null}],"c":null}`,
		`try .a.b catch .`:                       `{"a":{"b":null}}`,
		`label $f | .a[] | if .b then break $f else .c end`: `{"a":[{"b":null,"c":null}]}`,
		`def f: .a; f`:        "all",
		`1, null, true`:       `{}`,
		`$webhook.body.a`:     `{}`,
		`(.a, .b) | (.c, .d)`: `{"a":{"c":null,"d":null},"b":{"c":null,"d":null}}`,
		`.a == .b`:            `{"a":null,"b":null}`,
		`del(.a)`:             "all",
		`has("a")`:            "all",
		`.a.b?`:               `{"a":{"b":null}}`,
		`[.a] | .[0].b`:       `{"a":null}`,
		`[]`:                  `{}`,
	}
}

// namesOf writes parts as a value: null for all, an object for members, an array for
// elements.
func namesOf(p *value.Parts) any {
	switch {
	case p == nil:
		return nil
	case p.Members == nil:
		return []any{namesOf(p.Elements)}
	}
	out := map[string]any{}
	for name, inner := range p.Members {
		out[name] = namesOf(inner)
	}
	return out
}

func TestJQReads(t *testing.T) {
	t.Parallel()
	for program, want := range jqReadPrograms() {
		q, err := gojq.Parse(program)
		if err != nil {
			t.Errorf("%s: %v", program, err)
			continue
		}
		got := "all"
		if parts := jqReads(q); parts != nil {
			text, err := json.Marshal(namesOf(parts))
			if err != nil {
				t.Fatal(err)
			}
			got = string(text)
		}
		if got != want {
			t.Errorf("%s reads %s, want %s", program, got, want)
		}
	}
}

func TestJQReadsIsBounded(t *testing.T) {
	t.Parallel()
	for _, part := range []string{"(.a, .b) | ", "(., .) | ", "if .a then . else . end | ", "if .a then .b end | ", "(. // .) | "} {
		q, err := gojq.Parse(strings.Repeat(part, 200) + ".c")
		if err != nil {
			t.Fatal(err)
		}
		jqReads(q) // without the bound 2^200 places
	}
}

// FuzzJQReads runs a program on the whole of a JSON text and on the parts that it
// reads, and compares the values and the errors.
func FuzzJQReads(f *testing.F) {
	for program := range jqReadPrograms() {
		for _, input := range []string{
			`{"a":{"b":1,"c":[2,{"d":3}],"x":0},"b":{"c":"t","d":null,"y":1},"c":5,"d":[1],"e":"k","items":[{"qty":2,"price":40,"sku":"s"},{"qty":1,"price":9.5}],"z":{"q":1}}`,
			`{"a":[{"b":[{"c":1,"d":2}],"z":3},{"b":true,"c":4}],"b":false,"items":{"x":{"qty":1,"price":2,"sku":3}}}`,
			`{"a":"text","b":[],"items":[1]}`, `[{"a":1,"b":2},{"a":{"c":1}},3]`, `null`, `"text"`, `{}`, `{"a b":{"c":1,"d":2}}`,
		} {
			f.Add(program, input)
		}
	}
	f.Fuzz(func(t *testing.T, program, input string) {
		q, err := gojq.Parse(program)
		if err != nil || strings.Contains(program, "now") || strings.Contains(program, "time") {
			return
		}
		parts := jqReads(q)
		p, err := jq.Compile(program, []string{"$webhook"})
		if err != nil {
			return
		}
		whole, err := value.Decode([]byte(input), value.Limits{})
		if err != nil {
			return
		}
		some, err := value.DecodeParts([]byte(input), value.Limits{}, parts)
		if err != nil {
			t.Fatal(err)
		}
		run := func(v any) ([]any, string) {
			steps := 100_000
			out, err := p.Run(t.Context(), jq.Input{Value: v, Variables: []any{map[string]any{"body": whole}}, Steps: &steps})
			if err != nil {
				return nil, err.Error()
			}
			return out, ""
		}
		want, wantErr := run(whole)
		got, gotErr := run(some)
		if gotErr != wantErr || !reflect.DeepEqual(got, want) {
			t.Fatalf("%s on %s: %v, %q; on the parts that it reads: %v, %q", program, input, want, wantErr, got, gotErr)
		}
	})
}
