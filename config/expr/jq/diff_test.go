package jq

import (
	"encoding/json"
	"fmt"
	"math/big"
	"strings"
	"testing"

	"github.com/itchyny/gojq"
)

// outcome is what a run of a program gives, as text.
type outcome struct {
	alone       string // by gojq alone
	interpreted string // by gojq within bounds
	run         string // as flows run it
	compiled    bool   // by a closure alone
	endless     bool   // the program takes too many steps
}

const maxTestSteps = 200_000

// runAll runs a program with gojq alone, with gojq within bounds, and as flows
// run it.
func runAll(t testing.TB, program string, input any) outcome {
	t.Helper()
	query, err := gojq.Parse(program)
	if err != nil {
		return outcome{alone: err.Error(), interpreted: err.Error(), run: err.Error()}
	}
	code, wantErr := gojq.Compile(query, gojq.WithVariables([]string{"$w"}))
	own, gotErr := Compile(program, []string{"$w"})
	if wantErr != nil || gotErr != nil {
		return outcome{alone: asText(nil, wantErr), interpreted: asText(nil, gotErr), run: asText(nil, gotErr)}
	}
	var want []any
	left := maxTestSteps
	iter := code.RunWithContext(&guard{Context: t.Context(), maxGrowth: 1 << 40, left: &left}, clone(input), testVariable())
	for v, ok := iter.Next(); ok; v, ok = iter.Next() {
		if err, isErr := v.(error); isErr {
			if _, wantErr = endProgram(nil, err); wantErr != nil {
				want = nil
			}
			break
		}
		want = append(want, v)
	}
	if left < 0 {
		return outcome{endless: true}
	}
	in := Input{Value: clone(input), Variables: []any{testVariable()}}
	out := outcome{alone: asText(want, wantErr)}
	out.interpreted = asText(own.interpret(t.Context(), in))
	out.run = asText(own.Run(t.Context(), in))
	if own.compiled != nil {
		_, err := own.runCompiled(t.Context(), in)
		out.compiled = err == nil
	}
	if changed := asText([]any{in.Value, in.Variables[0]}, nil); changed != asText([]any{clone(input), testVariable()}, nil) {
		t.Errorf("%s: the input has changed to %s", program, changed)
	}
	return out
}

func testVariable() any {
	return map[string]any{"headers": map[string]any{"A-B": "1"}, "n": json.Number("5")}
}

// check reports outcomes that differ.
func (o outcome) check(t testing.TB, program string, input any) {
	t.Helper()
	for how, got := range map[string]string{"gojq within bounds": o.interpreted, "as flows run it": o.run} {
		if got != o.alone {
			t.Errorf("%s, input %.40v, %s:\n%s\nwant\n%s", program, input, how, got, o.alone)
		}
	}
}

func clone(v any) any {
	text, err := gojq.Marshal(v)
	if err != nil {
		panic(err)
	}
	dec := json.NewDecoder(strings.NewReader(string(text)))
	dec.UseNumber()
	var out any
	if err := dec.Decode(&out); err != nil {
		panic(err)
	}
	return out
}

func asText(list []any, err error) string {
	var out []string
	for _, v := range list {
		text, _ := gojq.Marshal(v)
		out = append(out, string(text)+" "+numberTypes(v))
	}
	return strings.Join(out, "\n") + fmt.Sprintf("\nerror: %v", err)
}

// numberTypes returns the Go types of the numbers in a value: two numbers with the
// same text differ if the program computes with them.
func numberTypes(v any) string {
	switch v := v.(type) {
	case int, float64, *big.Int, json.Number:
		return fmt.Sprintf("%T", v)
	case []any:
		var out []string
		for _, e := range v {
			out = append(out, numberTypes(e))
		}
		return "[" + strings.Join(out, " ") + "]"
	case map[string]any:
		var out []string
		for _, k := range sortedKeys(v) {
			out = append(out, numberTypes(v[k]))
		}
		return "{" + strings.Join(out, " ") + "}"
	}
	return ""
}

var programs = []string{
	`.`, `.a`, `.a.b`, `.["a"]`, `.a[0]`, `.a[-1]`, `.a[1:]`, `.a[:1]`, `.a[]`, `.a[]?`, `.x[]?`, `.a | .[]`, `.s[1:2]`, `..`, `[..]`, `[.. | numbers]`, `.a[.i]`, `.a[][.k]?`,
	`. + 1`, `.a + .a`, `.o + .p`, `.s + .s`, `null + .s`, `.s + null`, `.a + .s`, `.i + .f`, `.big + 1`, `.big + .big`, `.big * .big`, `.i - .f`, `.a - [1]`, `.a - .a`, `[range(20)] - [range(3;15)]`, `.s - .s`,
	`[nan] - [nan]`, `[[1],[2]] - [[2.0]]`, `["a", "b"] - ["b", 1, 2, 3, 4, 5, 6, 7, 8, null]`, `.s * 3`, `3 * .s`, `.s * 0`, `.s * -1`, `.s * 0.5`, `.s * 1.5`, `.s * "x"`, `.o * .p`, `{a: {b: 1, c: 2}} * {a: {b: {c: 3}, d: 4}}`, `.i / 2`, `.i / 0`, `.s / "l"`, `.s / ""`, `.a / 2`,
	`.i % 3`, `5 % .i`, `.i == 7`, `.a == .a`, `.o != .p`, `.o < .p`, `[.[] | . > 1]`, `.big < .i`, `nan < nan`, `nan == nan`, `.s <= .s`, `[1, "1", [1], {"a": 1}, null, true, false] | sort`,
	`.a |= map(. + 1)`, `.a[0] = 9`, `.a[5] = 9`, `.a[-1] = 9`, `.a[-9] = 1`, `.q.r.s = 1`, `.s.x = 1`, `.a.x = 1`, `.o[0] = 1`, `.a["x"] = 1`, `.a += [1]`, `.i += 1`, `.i -= 1`, `.i *= 2`, `.i /= 2`, `.i %= 4`, `.nope //= 3`, `.o.x //= 3`, `.a[] += 1`, `.a[1:] = ["x"]`, `.a[1:] |= map(. * 2)`,
	`.a[:2] = "x"`, `(.a[] | select(. > 1)) = 0`, `(.a, .b) = (1, 2)`, `.a = (1, 2)`, `.a |= empty`, `.a[] |= empty`, `.a |= (.[] |= empty)`, `.a[0] |= (., 3)`, `.o[] |= {x: .}`, `.o |= with_entries(.value |= tostring)`, `(.. | numbers) |= . + 1`, `.. |= .`, `.[] |= .`, `to_entries | .[0].key |= ascii_upcase`, `.n |= 3`, `.a[1.7] = 3`, `.a[null] = 3`, `.[{"start": 1}] = 1`, `.a[{"start": 0, "end": 1}] = [7, 8]`, `.a[[1]] = 3`,
	`def f: .a; f |= 3`, `def f(g): g |= 3; f(.a[0])`, `getpath(["a", 0]) |= 8`, `first(.a[]) |= 9`, `last(.a[]) |= 9`, `if .i > 3 then .a else .b end |= 1`, `.a as [$x, $y] | .b = $x + $y`, `(.a | first) = 1`, `reduce .a[] as $x (.; .t += $x)`, `limit(2; .a[]) = 0`, `(.a // .b) = 1`, `.a |= reverse`, `path(.a[0])`, `[paths]`, `[paths(numbers)]`, `path(..)`, `[leaf_paths]`,
	`del(.a)`, `del(.a[0])`, `del(.a[0, 1])`, `del(.a[])`, `del(.a[1:])`, `del(.nope.x)`, `del(.a[9])`, `del(.s.x)`, `del(..)`, `del(.)`, `delpaths([["a", 0], ["o"]])`, `delpaths([1])`, `delpaths(1)`, `delpaths([])`, `pick(.a[1])`, `pick(.o.x, .s)`, `pick(.a[-1])`, `to_entries`, `with_entries(.key |= "x" + .)`, `from_entries`, `map_values(. + 1)?`, `.o | map_values(. + 1)`, `.o | map_values(empty)`, `map(1)`, `.a | map(., .)`, `.s | map(.)`,
	`setpath(["x", 2]; 1)`, `setpath(1; 1)`, `setpath(["a", "x"]; 1)`, `setpath([]; 1)`, `[setpath(["x"], ["y"]; 1, 2)]`, `getpath(["a", "b"])`, `getpath(["o", "x"])`, `try getpath(["s", "x"]) catch .`, `walk(if type == "number" then . + 1 else . end)`, `walk(select(. != 2))`, `tostream`, `fromstream(tostream)`, `[1 | truncate_stream([[0], 1], [[1, 0], 2], [[1, 0]], [[1]])]`, `fromstream(1 | truncate_stream([[0], 1], [[1, 0], 2], [[1, 0]], [[1]]))`,
	`add`, `.a | add`, `.o | add`, `add(.a[])`, `[] | add`, `["a", null, "b"] | add`, `[[1], [2], null] | add`, `[{a: 1}, {b: 2}] | add`, `[1, "a"] | add`, `.s | add`, `[.big, .i] | add`, `.a | contains([1])`, `.a | contains([9])`, `.s | contains("ell")`, `.o | contains({x: 1})`, `contains({a: [1], o: {}})`, `.s | contains(1)`, `true | contains(true)`, `true | contains(false)`, `null | contains(null)`, `["foobar", "baz"] | contains(["bar"])`, `[range(30)] | contains([range(20)])`, `[range(30) | tostring] | contains([range(20) | tostring | .[0:1]])`, `[1] | inside([1, 2])`, `"a" | inside("abc")`, `1 | inside("a")`,
	`.s | indices("l")`, `.s | index("l")`, `.s | rindex("l")`, `.s | indices("")`, `.s | index("")`, `"aaaa" | indices("aa")`, `"äöäö" | indices("ö")`, `"a\u0000b" | index("b")`, `[1, 2, 1, 2] | indices([1, 2])`, `[1, 2, 1] | indices(1)`, `[1, 2, 1] | rindex([1])`, `[] | index(1)`, `[1] | index([])`, `null | index(1)`, `1 | index(1)`, `"a" | index(1)`, `[1, 2, 1] | .[[1]]`, `.a | index(2.0)`,
	`.a | min`, `.a | max`, `[] | min`, `.s | min`, `[{a: 2}, {a: 1}] | min_by(.a)`, `[{a: 2}, {a: 1}] | max_by(.a)`, `{} | min_by(.a)`, `.s | sort`, `.o | sort_by(.x)`, `[{a: 2, b: 1}, {a: 1}, {a: 2}] | sort_by(.a, .b)`, `[{a: 2, b: 1}, {a: 1}, {a: 2}] | group_by(.a)`, `[{a: 2, b: 1}, {a: 1}, {a: 2}] | unique_by(.a)`, `[3, 1, 3, "a", null, 1.0] | unique`, `{a: 1} | unique`, `{a: 1} | group_by(.)`, `[1, 3, 5] | bsearch(3, 4)`, `"x" | bsearch(1)`, `[[1, [2]], 3] | flatten`, `[[1, [2]], 3] | flatten(1)`, `[1] | flatten(-1)`, `[1] | flatten("a")`, `{a: [1, [2]]} | flatten`, `1 | flatten`, `[[1, 2], [3]] | transpose`, `[1] | transpose`, `[1, "a", null, true] | join("-")`, `["a", [1]] | join(",")`, `[] | join(1)`, `["a", "b"] | join(1)`, `.s | join(",")`, `"a,b" | split(",")`, `"" | split("")`, `"abc" | split("")`, `1 | split("a")`, `"a" | split(1)`, `.s | explode | implode`, `1 | explode`,
	`tojson`, `tostring`, `"\(.a) and \(.s)"`, `"x\(.a, 1)y\(2, 3)"`, `@json`, `@text`, `@base64`, `@base64 "x\(.s)"`, `@csv "\(.a)"`, `.a | @csv`, `.a | @tsv`, `.s | @sh`, `@html`, `@uri`, `.s | @base64 | @base64d`, `format("json")`, `format("nope")`, `@nope`, `"[1, 2]" | fromjson`, `"nope" | fromjson`, `"1 2" | fromjson`, `"12" | tonumber`, `"x" | tonumber`, `[] | tonumber`, `error`, `error("x")`, `error({a: 1})`, `try error({a: 1}) catch .a`, `error(null)`, `try error(null) catch .`, `.a | halt_error`, `"bye" | halt_error(1)`, `0 | strftime("%Y")`, `0 | strftime(1)`, `"2020-01-02" | strptime("%Y-%m-%d")`, `"2020-01-02T03:04:05Z" | fromdate`, `0 | todate`,
	`.s | test("L"; "i")`, `.s | test(["L", "i"])`, `.s | test("l")`, `.s | test("(")`, `.s | test("l"; "q")`, `1 | test("a")`, `.s | test(1)`, `.s | match("l")`, `.s | match("l"; "g")`, `[match("a")]`, `"aXbX" | [match("(?<x>[a-z])(Y)?"; "g")]`, `"äöü" | [match(""; "g")]`, `"äöü" | [match("ö*"; "g")]`, `"ab ab" | [match("\\bab\\b"; "g").offset]`, `"aaa" | [match("^a"; "g")]`, `"a\nb" | [match("(?m)^."; "g").string]`, `"xay" | capture("(?<n>[a-c])(?<m>q)?")`, `"x1y2" | [scan("[a-z][0-9]")]`, `"x1y2" | [scan("([a-z])([0-9])")]`, `"x1" | [scan("X"; "i")]`, `"a, b,c" | [splits(", *")]`, `"a, b,c" | split(", *"; null)`, `"aXb" | split("x"; "i")`, `"" | [splits("a")]`, `"abab" | sub("a"; "x")`, `"abab" | gsub("a"; "x")`, `"abab" | gsub("(?<l>a)"; "<\(.l)>")`, `"abab" | gsub("a"; "x", "y")`, `"abab" | gsub("a"; empty)`, `"abab" | gsub("a"; 1)`, `"abab" | gsub("a"; null)`, `"abc" | gsub(""; "-")`, `"abc" | gsub("$"; "!")`, `"abc" | gsub("^"; "!")`, `"aBa" | gsub("b"; "x"; "i")`, `"abab" | sub("(?<a>a)"; .a + "1", .a + "2"; "g")`, `1 | sub("a"; "b")`, `1 | gsub("a"; "b")`, `"a" | sub(1; "b")`, `"aaa" | gsub("(?<x>a)(?<y>z)?"; "\(.x)\(.y)")`, `"abc" | [splits("")]`, `"äa" | gsub("\\B"; "-")`, `"aab" | [match("a*?"; "g").offset]`, `"foo bar" | [match("\\w*"; "g") | [.offset, .length]]`,
	`"abab" | gsub("(?<l>a)|(?<m>b)"; .l + .m + "-" + .nope)`, `"abab" | gsub("(?<l>a)|b"; "\(.l)\("x")\("\(.l)")")`, `"abab" | gsub("(?<l>a)|b"; "\(.l + "y")")`, `"abab" | gsub("(?<l>a)|b"; .["l"])`, `"abab" | gsub("(?<l>a)|b"; ."l" + ("<" + .l))`, `"abab" | gsub("(?<l>a)|b"; .[""])`, `"abab" | gsub("(?<l>a)|b"; .l.x)`,
	`"ab" | gsub("(?<l>a)"; "\(.l)\("")")`, `"" | gsub(""; "")`, `"" | gsub(""; "x")`, `"äöü" | gsub("(?<u>ö)?"; "\(.u)|")`, `"abab" | sub("(?<a>b)"; .a + "!")`, `"aBab" | gsub("(?<a>B)"; .a + "!"; "i", "", null)`, `"abab" | gsub("a", "b", "c"; "x")`, `"abab" | sub(("a", "b"); "x"; ("g", null))`, `"abab" | gsub("a"; "x"; 1)`, `"abab" | sub("a"; "x"; 1)`, `"abab" | gsub("a"; "x"; "q")`, `"abab" | gsub("("; "x")`, `1 | sub("a"; .x)`, `[1] | gsub("a"; "b"; "x")`, `"a" | gsub(null; "b")`,
	`def gsub($re; f): f; "abab" | gsub("a"; "x")`, `"abab" | gsub("a"; def f: "x"; f)`, `"abab" | gsub("(?<a>a)"; {a: "x"} | .a)`, `"a.b" | gsub("\\."; "")`, `"abab" | [scan("(?<x>a)(c)?")]`, `"aXbX" | [scan("[a-z](Y)?")]`, `"abab" | [scan("a|b"; "i", null)]`, `"a" | scan(1)`, `"a" | [scan("a"; 1)]`, `"abc" | [scan("")]`, `"abab" | [capture("(?<x>a)|(?<y>b)"; "g")]`, `"abab" | [capture(["(?<x>B)", "gi"])]`, `"abab" | [capture("(a)")]`, `1 | capture("a")`, `"a" | capture("a"; 1)`,
	`[{key: false, name: "n", Key: "K", value: 1}, {name: "m", Name: "M", Value: 2}, {Name: "N", value: null, Value: 3}, {key: null, Key: null, name: "l"}] | from_entries`, `{a: .i, a: .s}`, `{a: .i, "a": 2, ("a"): .s}`, `{(.s, "x"): (.i, 2), "x": 3}`,
	`{d: {e: {f: {g: [[[1, 2], [3]], 4], h: 5}, i: 6}}} | [paths]`, `{d: {e: {f: {g: [1, 2], h: 5}}}} | [path(.d.e.f | .g, .h)]`, `{d: {e: {f: {g: [1, 2], h: 5}}}} | del(.d.e.f.g[], .d.e.f.h)`, `{d: {e: {f: {g: [1, 2], h: 5}}}} | .d.e.f[] |= empty`, `{d: {e: {f: {g: [[1, 2], [3]]}}}} | .d.e.f.g[][] |= . + 1`,
	`(.i == 0) // 4`, `.b // 4`, `[range(60) | {k: (. * 7 % 3 | tostring), n: .}] | sort_by(.k), group_by(.k), unique_by(.k)`, `[range(60) | . * 7 % 3 | tostring] | sort, unique, group_by(.)`, `[range(60) | {k: (. * 7 % 3), n: .}] | sort_by(.k), min_by(.k), max_by(.k)`,
	`[.a[] as $x | (.a[] as $y | $x * $y), $x]`, `[limit(2; .a[], .a[])]`, `[limit(1; .a[] | (., 9))]`, `[first(.a[] | select(. > 1)), last(.a[] | select(. < 3))]`, `first(empty)`, `[.a[] | try (if . == 2 then error("x") else . end) catch "c"]`, `[(.a[] | (1, error("x")))?]`, `try ((1, 2)? | error("x")) catch "c"`, `[.a[] | (., error)?] | length`,
	`def f(g): [g as $x | g as $y | [$x, $y]]; f(.a[])`, `def f($x; $y): [$x, $y]; f(1, 2; 3, 4)`, `def f($x): def g: $x + 1; g; f(.a[])`, `def f(g): def h: g; 1 as $x | h; 5 as $x | f($x)`, `def f: def f: 3; f; f`, `def f(x): x; def g: f(f(.i)); g`, `def f: .a; def g: f | map(. + 1); g | add`, `reduce .a[] as $x (0, 10; . + $x)`, `reduce empty as $x (3; 4)`, `reduce .a[] as $x (0; empty)`, `reduce .a[] as $x (0; (., 5) + $x)`, `[foreach .a[] as $x (0; (., 10) + $x; ., -.)]`, `[foreach .a[] as [$x] (0; .)]`, `reduce .[] as {a: $x} (0; .)`,
	`.a as [$x, [$y]] | $x`, `.o as {x: $a, $y, "x": [$b]} | $a`, `.o as {$x, y: $z} | [$x, $z]`, `. as {o: {x: $q}, $nope} | [$q, $nope]`, `.s[1:3], .s[-2:], .s[:-1], .s[9:], .s[1:1], .a[0:1.5], .a[-1:], .a[1:0], .a[null:2]`, `.s[0], .s[-1], .s[9], .s[0.7]`, `.a[.i:]`, `.a[1:][1:][0]`, `.a[{"start": 1, "end": null}]`, `.["a", "s"]`, `.["a"][0]`, `."a"[0]`, `."s"`, `."a\(1)"`, `.a.b?`, `.a?.b?`, `[.a?[]?]`, `.a.b.c? // 1`, `[..?]`, `[.a[]?, .s[]?]`, `.q.r[3].s`, `.q[]?`, `-.i, -.f, -.big, -(.i, 2), +.i, -"1"`, `-.s`, `.i % 0`, `.i % -1`, `.f % 2`, `nan % 2`, `5 % 0.3`, `-7 % 3`, `.big % 7`,
	`(.a, .b) // 4`, `[.b // (1, 2)]`, `[(null, false, 1, 2) // 3]`, `empty // 1`, `[.a[] and (true, false)]`, `[.b or (true, false)]`, `(empty and true), 1`, `[if (true, false) then 1, 2 else 3 end]`, `if empty then 1 else 2 end`, `if .b then 1 elif .i then 2 else 3 end`, `if .b then 1 elif .b then 2 end`, `any, all`, `.a | any(. == 2), all(. < 3), any(empty), all(empty), any(true, error)`, `any(.a[]; . == 2, error)`, `all(1, error; . == 2)`, `isempty(error)`, `isempty(1, error)`, `[range(3, 1)], [range(1, 2; 4)], [range(3; 0; -1)], [range(0; 1; 0)]`, `[range(0; 1; 0.3)]`, `range("a")`, `[limit(3; repeat(1))]`, `[1 | until(. > 9; . * 2)]`, `[1 | while(. < 9; . * 2, . + 3)]`, `[2 | recurse(if . > 20 then empty else ., 1 | . * . end; . < 99)]`, `[recurse(.[]?; true)]`, `[[[1]], 2 | recurse(.[]?) | numbers]`, `nth(1), nth("a")`, `.a | nth(0, 1)`, `in({a: 1})`, `"a" | in({a: 1}, {})`, `.a | has(0, 5)`, `has(0)`, `null | has("a")`, `keys`, `.a | keys`, `.s | keys`, `type, (.a, .s, .b, .i, .big | type)`, `length, (.a, .s, .b, .i, .f, .big, -1, "ä" | length)`, `true | length`,
	`utf8bytelength`, `.s | utf8bytelength`, `.s | ascii_downcase, explode`, `"ÄaZ" | ascii_downcase, ascii_upcase`, `" a " | trim, ltrim, rtrim`, `1 | trim`, `"aba" | ltrimstr("a"), rtrimstr("a"), trimstr("a"), startswith("ab"), endswith("ba"), startswith(1)`, `1 | startswith("a")`, `1 | ltrimstr("a")`, `.a | reverse, first, last`, `"ab" | reverse`, `null | reverse`, `"ab" | first, last`, `null | first, last`, `1 | first`, `.i | floor, sqrt, tostring, tojson, abs`, `-1.5 | floor, ceil, round, trunc, fabs, abs`, `.s | floor`, `"-12", "1.50", "1e3", ".5", "+3", "-", "1.", "1 ", "0x1", "nan", "123456789012345678901", "-0" | try tonumber catch "no"`, `.big, .f, .i | tonumber`, `false | abs`, `null | abs`, `.s | abs`, `.a | flatten(0), flatten(1)`, `[1, [2, [3]]] | flatten(nan)`, `{a: [1]} | flatten(1)`, `@json, @text, (.s | @html, @uri, @base64, @sh), (.a | @csv, @tsv, @sh)`, `@csv`, `@html "<\(.s)>"`, `@json "x\(.a, .s)"`, `@uri "\("ä" + "ö")"`, `"\(1)\("a")\(null)\(true)\(.f)\(.big)"`,
	`.a[0] |= empty`, `.a[0, 1] |= empty`, `(.a, .s) |= empty`, `.o.x |= (empty, 1)`, `.a[] |= select(. > 1)`, `(.a | .[0], .[2]) += 1`, `.a[.i - 7] += 1`, `.o[("x", "y")] += 1`, `(.o | .x, .nope) |= 5`, `(if .i > 3 then .a[0] else .b end) = 1`, `(.a[] | select(. == 2)) |= . * 10`, `(.. | select(type == "number")) += 1`, `.a.b |= 1`, `(.a, .a[0]) |= 1`, `(.a[0], .a) = 5`, `(.a | empty) = 1`, `. = 1`, `. += 1`, `.[] = 1`, `.o |= (.x = 1 | .y += 2)`, `.i = (.i, 2)`, `.i += (1, 2)`, `.nope.x += 1`, `.nope[2] //= 1`, `.i //= error`, `.a as $a | .b = $a[0]`, `(. as $x | .b) = 1`, `del(.a[] | select(. > 1))`, `del(.a[0], .o.x, .nope)`, `del(.a[.i - 7])`, `del(.[])`, `del(empty)`, `[paths(type == "number")]`, `[path(.a[]), path(.o | .x, .y), path(.nope.x)]`, `path(1)`, `map_values(.)`, `.a | map_values(. + 1, 2), map_values(empty)`, `null | map_values(1)`, `getpath(["o", "x"], ["nope", 1])`, `getpath(["a", "x"])?`, `setpath(["o", "z"]; .i, 2)`, `setpath(["a", 0]; 1) | .a`, `delpaths([["a", 0], ["i"]])`,
	`def map(f): "mine"; map(1)`, `def f: def map(f): "mine"; map(1); f, map(1)?`, `def add(f): 7; add(.a[])`, `def sub($a; $b): $a + $b; sub("a"; "b")`, `def f(test): test; f(3)`, `def f($join): join; f(3)`, `def tostring: "T"; "\(1)", tostring`, `(def tojson: 1; tojson), tojson`, `def contains($x): index($x); .s | contains("l")`, `def f: map(. + 1); .a | f`, `[.a[] as $x | $x, $x + 1]`, `. as {a: [$x, $y]} | $x + $y`, `. as {s: $s, ("a", "b"): $z} | [$s, $z]`, `. as [$a] ?// {a: $a} | $a`, `reduce range(5) as $i ([]; . + [$i])`, `[foreach range(5) as $i (0; . + $i)]`, `[foreach range(5) as $i (0; . + $i; [$i, .])]`, `[limit(3; range(10))]`, `[range(0; 10; 3)]`, `[range(5)] | first, last, nth(2)`, `label $f | 1, break $f, 2`, `try (1, error("x"), 3) catch .`, `.a[0]? // "none"`, `(.a | error)? // 1`, `[.[]?]`, `if . then 1 end`, `{a, s}`, `{(.s): 1}`, `{"x\(1)": 2}`, `{"s\("")"}`, `{$w}`, `{a: (1, 2)}`, `$w.headers["A-B"]`, `$w.headers`, `$w | .headers | keys`, `.s as $s | $w.headers[$s]`, `$w.headers["nope"]?`, `$w.n + 1`, `$w["headers"]["A-B"]`, `$w.headers | has("A-B", "a")`, `path($x)`, `input`, `[inputs]`, `INDEX(.a[]; .)`, `.a | INDEX(. + 1)`, `2 | IN(1, 2)`, `.a | IN([1, 2, 3])`, `IN(.a[]; 2, 3)`, `[.a | combinations(2)]`, `[[1, 2], [3]] | [combinations]`, `ascii`, `.a | all(. > 0), any(. > 2)`, `isvalid(1)`, `ltrimstr("a")`, `.s | ltrimstr("h"), rtrimstr("o"), trim`, `jn(1; 2)`, `yn(1; 2)`, `[jn(0, 1; 2, 3)]`, `jn("a"; 1)`, `splits("a")`, `.a | tojson | fromjson`, `@sh "echo \(.s)"`, `env | length`, `[.a[] | tostring] | join(",")`, `abs`, `.i | -., abs`, `-(.a | length)`, `getpath(["a"]) += [1]`, `.a[length:]`, `.a[.a | length - 1]`, `.[("a", "s")]`, `.a[(0, 1)]`, `.o[.s]?`, `[.a, .o] | map(length)`, `$__loc__`, `limit(0; 1)`, `until(. == 7; 7)`, `[.i | while(. > 0; . - 3)]`, `[1 | repeat(. * 2; 3)]`, `ascii_downcase`, `.s | ascii_upcase`, `splits`,
}

var inputs = []any{
	map[string]any{"a": []any{1, 2, 3}, "s": "hello", "o": map[string]any{"x": 1, "y": 2}, "p": map[string]any{"x": 3}, "i": 7, "f": 2.5, "b": nil, "big": json.Number("123456789012345678901234567890"), "k": "x"},
	nil,
	[]any{1, "a", nil, []any{2}},
	"héllo, wörld",
	[]any{map[string]any{"a": 1, "k": "x"}, map[string]any{"a": 2, "k": "y"}, map[string]any{"a": json.Number("1.0"), "k": "x"}},
}

// TestSameAsGojq holds rewritten programs equal to gojq in results and messages.
func TestSameAsGojq(t *testing.T) {
	t.Parallel()
	compiled := 0
	for _, program := range programs {
		p, _, err := compileClosure(program, []string{"$w"})
		if err != nil {
			t.Fatal(program, err)
		}
		if p != nil {
			compiled++
		}
	}
	if compiled < len(programs)*2/3 {
		t.Errorf("of %d programs %d run as closures", len(programs), compiled)
	}
	for _, program := range programs {
		t.Run(program, func(t *testing.T) {
			t.Parallel()
			// Gojq runs a program again if it fails, which hides a closure that fails
			// alone; a caught error does not.
			caught := "[(" + program + ")?]"
			for _, input := range inputs {
				runAll(t, program, input).check(t, program, input)
				runAll(t, caught, input).check(t, caught, input)
			}
		})
	}
}

// FuzzSameAsGojq holds programs made of those above equal to gojq: one piped
// into another, as the operand of an operator, or as the value of an update.
func FuzzSameAsGojq(f *testing.F) {
	for i := range programs {
		f.Add(i, i*7+3, i%len(forms), i%len(inputs))
	}
	f.Fuzz(func(t *testing.T, a, b, form, input int) {
		pick := func(list []string, i int) string { return list[uint(i)%uint(len(list))] }
		program := fmt.Sprintf(pick(forms, form), pick(programs, a), pick(programs, b))
		value := inputs[uint(input)%uint(len(inputs))]
		runAll(t, program, value).check(t, program, value)
	})
}

var forms = []string{
	"(%s) | (%s)", "[(%s)] + [(%s)]", "(try (%s) catch .) as $x | [$x, (try (%s) catch .)]", "[.[]? |= (%s)] | (%s)", "(%s) == (%s)", "[(%s)] - [(%s)]",
	"reduce (%s) as $x ([]; . + [$x]) | (%s)", "{a: (%s), b: (%s)}", "\"\\(%s) \\(%s)\"", "def f: (%s); def g(f): f; g(f), (%s)", "[(%s), (%s)] | unique, tojson, sort, flatten",
	".x += (%s) | .x, (%s)", "[first(%s)?, last(%s)?]", "[limit(3; %s)] | contains([(%s)])?", "(%s) // (%s)", "[paths(%s)?] | (%s)", "[foreach (%s) as $x (0; . + 1; [$x, .])] | (%s)",
}
