package jq

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/webhook-gateway/gateway/internal/testutil/racetest"
)

// chargedElements is the number of elements from which the programs of TestCharges
// make their results: enough for the state of a run to be little beside them.
const chargedElements = 2_000

// chargedPrograms are programs that keep what they make, by the input that they read.
var chargedPrograms = []struct {
	name     string
	input    func() any
	programs []string
}{
	{"numbers", numbersFrom1000, []string{
		`[.[]]`, `map(.)`, `[.[] | . + 1]`, `[.[] | . * 2]`, `[.[] | . - 0.5]`, `[.[] | . / 7]`, `[.[] | . % 5000]`, `[.[] | -.]`, `map(. + 1.5)`,
		`[.[] | [.]]`, `[.[] | [., .]]`, `[.[] | {a: .}]`, `[.[] | {a: ., b: ., c: ., d: ., e: ., f: ., g: ., h: ., i: .}]`, `[.[] | {"\(.)": .}]`,
		`map([.])`, `map({a: .})`, `map([.[]?, 1])`, `[.[] | [.] + [1]]`, `[.[] | {a: .} + {b: 1}]`, `[.[] | {a: .} * {b: 1}]`, `[.[] | [1, 2, ., 3] - [2]]`,
		`[.[] as $x | [$x, $x]]`, `reduce .[] as $x ([]; . + [$x] | .[-200:])`, `[foreach .[] as $x (0; . + $x)]`, `[foreach .[] as $x (0; . + $x; [., $x])]`,
		`[.[] | tostring]`, `[.[] | tojson]`, `[.[] | "x\(.)"]`, `[.[] | @text]`, `[.[] | @json]`, `[.[] | @html "<\(.)>"]`, `map(tostring) | join(",") | explode`,
		`[.[] | tostring | tonumber]`, `[.[] | tojson | fromjson]`, `[.[] | [., .] | tojson]`, `[.[] | [., .] | tojson | fromjson]`, `[.[] | {a: .} | tojson | fromjson]`,
		`[.[] | floor]`, `[.[] | sqrt]`, `[.[] | pow(.; 2)]`, `[.[] | frexp]`, `[.[] | modf]`, `[.[] | log2, exp10]`, `[.[] | ldexp(.; 2)]`, `[.[] | abs]`, `[.[] | length]`,
		`[.[] | . * 300000000000000000000]`, `[.[] | 123456789012345678901234567890 + .]`, `[.[] | (. + 9223372036854775000) * 9]`, `[.[] | "123456789012345678901234567890\(.)" | tonumber]`,
		`keys`, `reverse`, `sort`, `sort_by(-.)`, `unique`, `unique_by(. % 3000)`, `group_by(.)`, `group_by(. % 1000)`, `[min_by(-.), max_by(.)], .`, `to_entries`, `to_entries`,
		`[.[:1000][] | [1, ., 2] | sort]`, `[.[:1000][] | [1, 2] | reverse]`, `[.[:1000][] | [.] | to_entries]`, `[.[:1000][] | [., 1] | unique]`, `[.[:1000][] | [., 1] | group_by(.)]`,
		`[.[:1000][] | {a: .} | keys]`, `[.[:1000][] | {a: .} | to_entries]`, `[.[:1000][] | {a: .} | to_entries | from_entries]`, `[.[:1000][] | {a: .} | with_entries(.value += 1)]`,
		`[.[:1000][] | {a: .} | map_values(. + 1)]`, `[.[:1000][] | {a: [.]} | [paths]]`, `[.[:1000][] | {a: [.]} | [tostream]]`, `[.[:1000][] | {a: [.]} | fromstream(tostream)]`,
		`[.[:1000][] | {a: [.]} | pick(.a)]`, `[.[:1000][] | {a: [.], b: 1} | del(.a)]`, `[.[:1000][] | {a: [.]} | .a[0] = 5]`, `[.[:1000][] | {a: [.]} | .a[0] |= . + 1]`, `[.[:1000][] | {a: [.]} | .a[0] += 1]`,
		`[.[:1000][] | setpath(["a", "b"]; 1)?]`, `[.[:1000][] | . as $x | null | setpath(["a", 2]; $x)]`, `[.[:1000][] | {a: .} | getpath(["a"])]`, `[.[:1000][] | {a: .} | path(.a)]`, `[.[:1000][] | {a: .} | delpaths([["a"]])]`,
		`[.[:1000][] | [[.], [1]] | flatten]`, `[.[:1000][] | [[.], [1]] | transpose]`, `[.[:1000][] | [[., 1], [2, 3]] | [combinations]]`, `[.[:1000][] | [., 1] | [combinations(2)]]`, `[.[:1000][] | [[.], [1]] | add]`, `[.[:1000][] | [{a: .}, {b: 1}] | add]`,
		`[.[:1000][] | [.] | walk(.)]`, `[.[:1000][] | {a: .} | walk(.)]`, `[.[:1000][] | [limit(3; range(1000; 2000))]]`, `[.[:1000][] | [range(1000; 1003)]]`, `[.[:1000][] | [range(0; 1; 0.3)]]`, `[.[:1000][] | [limit(3; repeat(1))]]`, `[.[:1000][] | [first(range(1000; 2000))]]`, `[.[:1000][] | [skip(2; range(1000; 1003))]]`,
		`[.[:1000][] | [1, 2, 1] | indices(1)]`, `[.[:1000][] | [while(. < 2000; . * 2)]]`, `[.[:1000][] | [recurse(if . < 3000 then . * 2 else empty end)]]`, `[.[:1000][] | [until(. > 30000; . * 2)]]`,
		`[.[:1000][] | toarray]`, `[.[:1000][] | [splits("a")?]]`, `[.[:1000][] | try error({a: .}) catch .]`, `[.[:1000][] | try error("x\(.)") catch .]`, `[.[:1000][] | try (. | keys) catch .]`, `[.[:1000][] | [.] | @csv, @tsv, @sh]`, `[.[:1000][] | [.[]?]]`, `[.[:1000][] | {a: 1} | .a as $x | [$x]]`,
		`[.[:1000][] | todate]`, `[.[:1000][] | todate | fromdate]`, `[.[:1000][] | gmtime]`, `[.[:1000][] | localtime]`, `[.[:1000][] | gmtime | mktime]`, `[.[:1000][] | strftime("%Y-%m-%dT%H:%M:%SZ")]`, `[.[:1000][] | strflocaltime("%Y-%m-%d")]`, `[.[:1000][] | todate | strptime("%Y-%m-%dT%H:%M:%SZ")]`, `[.[:1000][] | now]`,
		`[.[:1000][] | env]`, `[.[:1000][] | ["a"] | .[1:] = ["b"]]`, `[.[:1000][] | [1, 2] | .[:1] |= map(. + 1)]`, `[.[:1000][] | [1, 2, 3] | del(.[1:])]`, `[.[:1000][] | [[1, 2]] | .[0][5] = 1]`,
		`[.[:1000][] | [1, 2] | path(.[1:])]`, `[.[:1000][] | [INDEX({a: .}; .a)]]`, `.[:500] | INDEX(.[]; .)`, `INDEX({a: .}; .a)`, `[JOIN({}; tostring)]`, `[.[:1000][] | [getpath(["a"])?]]`, `[.[:1000][] | splits("a")?]`, `[.[:1000][] | significand, logb, gamma, trunc, round]`,
		`reduce .[:500][] as $x ({}; .["k\($x)"] = $x)`, `reduce .[:500][] as $x ({}; . + {"k\($x % 100)": $x})`, `reduce .[:500][] as $x ([]; .[$x - 1000] = $x)`, `reduce .[:1000][] as $x (null; .a[$x - 1000].b = $x)`, `.[] |= . + 1`, `map_values(. + 1)`, `.[] += 1`, `map_values([.])`, `.[] |= {a: .}`, `del(.[:3000])`, `del(.[range(0; 3000; 2)])`, `to_entries | map(.key)`, `[paths]`, `[path(..)]`, `[tostream]`, `[.[:1000] | combinations(1)]`, `[limit(2000; repeat(.[0] + 1))]`, `[range(1000; 5000)]`, `[range(1000.5; 5000)]`, `[range(123456789012345678901; 123456789012345682901)]`, `. + .`, `[.] | transpose`, `[.[] | [.]] | transpose`, `[.[] | [.]] | add`, `[.[] | [.]] | flatten`, `[.[] | {"k\(.)": .}] | add`, `[.[] | {key: "k\(.)", value: .}] | from_entries`, `map(tostring) | add`, `. - [1000]`, `[.[] | select(. > 1)]`, `map(select(true))`, `[limit(3000; .[])]`, `indices(1000), .`, `bsearch(1000), .`, `walk(.)`, `walk(if type == "number" then . + 1 else . end)`, `[.[] | not]`, `[.[] | type]`, `tojson | fromjson`, `tojson`, `tojson | [.[:100], .]`, `@csv`, `@sh`, `@json`, `@base64`, `@uri`, `@html`, `[..]`, `[.. | numbers]`, `[scalars?, .]`, `{a: .} | [.[]]`, `map({a: .}) | group_by(.a)`, `map({a: .}) | unique_by(.a)`, `map({a: .}) | map(.a)`,
	}},
	{"texts", longTexts, []string{
		`[.[]]`, `[.[] | . + "x"]`, `[.[] | . * 2]`, `[.[] | ascii_downcase]`, `[.[] | ascii_upcase]`, `[.[] | explode]`, `[.[] | explode | implode]`, `[.[] | split(",")]`, `[.[] | split("")]`, `[.[] | . / ","]`, `[.[] | split(", *"; null)]`, `[.[] | [splits(", *")]]`,
		`[.[] | ltrimstr("v")]`, `[.[] | rtrimstr("e")]`, `[.[] | trimstr("v")?]`, `[.[] | ltrim]`, `[.[] | trim]`, `[.[] | .[1:]]`, `[.[] | .[1:3]]`, `[.[] | .[0]?]`, `[.[] | tojson]`, `[.[] | tostring]`, `[.[] | @base64]`, `[.[] | @base64 | @base64d]`, `[.[] | @uri]`, `[.[] | @uri | @urid]`, `[.[] | @html]`, `[.[] | @sh]`, `[.[] | [.] | @csv]`, `[.[] | [.] | @tsv]`, `[.[] | @json "x\(.)"]`, `[.[] | "a\(.)b"]`, `[.[] | "\(.)"]`, `[.[] | format("text")]`,
		`[.[] | indices("a")]`, `[.[] | index("a")]`, `[.[] | length]`, `[.[] | utf8bytelength]`, `[.[] | test("a")]`, `[.[] | match("a")]`, `[.[] | match("(v)(a)(l)?")]`, `[.[] | match("a|e"; "g")]`, `[.[] | capture("(?<x>v)(?<y>a)")]`, `[.[] | capture("(?<a>v)?(?<b>a)?(?<c>l)?(?<d>u)?(?<e>e)?(?<f>,)?(?<g>v)?(?<h>a)?(?<i>l)?")]`, `[.[] | [scan("[a-z]")]]`, `[.[] | [scan("([a-z])([a-z])")]]`, `[.[] | sub("a"; "b")]`, `[.[] | gsub("a"; "b")]`, `[.[] | gsub("(?<x>a)"; .x + "b")]`, `[.[] | gsub("(?<x>a)"; .x | ascii_upcase)]`, `[.[] | [gsub("a"; "x", "y")]]`,
		`[.[] | {(.): 1}]`, `[.[] | [.]]`, `[.[] | {a: .}]`, `[.[] as $x | {$x}]`, `map(. + .)`, `join(",")`, `add`, `sort`, `unique`, `group_by(.)`, `sort_by(length)`, `tojson`, `tojson | fromjson`, `@csv`, `@tsv`, `.[:500] | INDEX(.)`, `[JOIN({}; .)]`, `to_entries`, `[.[] | [., "b"] | join("-")]`, `[.[] | ["a", .] | add]`, `[.[] | toboolean?, .]`, `map({key: ., value: 1}) | from_entries`, `reduce .[:500][] as $x ({}; .[$x] = 1)`, `reduce .[:500][] as $x ({}; .[$x] += 1)`, `reduce .[:500][] as $x (""; . + $x[:1])`, `[.[] | splits(",")]`, `[limit(5000; .[]) | [match(".";"g").string]]`, `[.[:1000][] | ltrimstr("value") | tonumber?]`, `[.[:1000][] | try error catch .]`, `[.[:1000][] | [.,.] | implode?]`, `[.[:1000][] | try fromjson catch .]`, `[.[:1000][] | try tonumber catch .]`, `[.[:1000][] | try test("(") catch .]`,
	}},
	{"objects", objectsOfThree, []string{
		`map(.a)`, `map({a, b})`, `map({a})`, `map(keys)`, `map(to_entries)`, `map(with_entries(.))`, `map(to_entries | from_entries)`, `map(del(.a))`, `map(.a = 1)`, `map(.d = 1)`, `map(.a |= . + 1)`, `map(.a += 1)`, `map(. + {d: 1})`, `map(. * {c: {e: 1}})`, `map([.[]])`, `map(map_values(tostring))`, `map(tojson)`, `map(tojson | fromjson)`, `map([paths])`, `map([tostream])`, `map(pick(.c.d))`, `map(walk(.))`, `map([.[] | numbers])`, `map([..])`, `group_by(.b)`, `group_by(.a)`, `unique_by(.a)`, `sort_by(.a)`, `[.[] | {a, n: .c.d}]`, `[.[] as {$a, $b} | [$a, $b]]`, `map(has("a"))`, `map(length)`, `tojson | fromjson`, `.[:500] | INDEX(.a)`, `map({(.b): .a}) | add`, `[.[] | del(.a, .b)]`, `[.[] | delpaths([["a"], ["b"]])]`, `[.[] | setpath(["c", "d"]; 1)]`, `[.[] | getpath(["c", "d"])]`, `[.[] | .. |= .]`, `map(.c.d |= empty)`, `[.[] | (.a, .b) = 1]`, `map([.[]?])`, `[.[] | map_values(empty)]`, `map(@json)`, `map(@html)`, `map("\(.)")`, `del(.[].a)`, `.[].a = 1`, `.[].a |= . + 1`, `.[].c.d += 1`, `[.[] | @text "v\(.a)"]`, `map(tojson) | map(fromjson)`, `map({a: .c} | .a.d)`, `map(to_entries[] | {(.key): .value})`, `map(any), .`, `map(flatten)`, `map(join(","?)?)`, `[limit(3; .[])], .`, `map(tostream)`, `fromstream(tostream)`, `[.[] | fromstream(tostream)]`, `[1 | truncate_stream([[0], 1], [[1, 0], 2])], .`,
	}},
	{"members", manyMembers, []string{
		`keys`, `to_entries`, `with_entries(.)`, `map(.)`, `map_values(. + 1)`, `[.[]]`, `. + {a: 1}`, `. * {a: 1}`, `.a = 1`, `.k1 |= 5`, `del(.k1)`, `[paths]`, `[tostream]`, `tojson`, `tojson | fromjson`, `walk(.)`, `.[] |= . + 1`, `.[] += 1`, `map_values([.])`, `flatten`, `add, .`, `pick(.k1), .`, `to_entries | from_entries`, `[. , {a: 1}] | add`, `with_entries(.key |= "x" + .)`, `[.[] | tostring]`, `{a: .} * {a: {b: 1}}`, `delpaths([["k1"], ["k2"]])`, `del(.[])`, `setpath(["a", "b"]; 1)`, `@json`, `[..]`, `[splits("a")?], keys`, `tojson | [., .[1:]]`, `[limit(3000; .[])]`, `join(",")`, `[keys[] as $k | {key: $k, v: .[$k]}]`,
	}},
	{"text", func() any { return strings.Repeat("v,alü e", 2500) }, []string{
		`. + .`, `. * 3`, `explode`, `explode | implode`, `split("")`, `split(",")`, `split(", *"; null)`, `[splits(",")]`, `[match("a"; "g")]`, `[match("(a)(l)"; "g")]`, `[match("(?<x>a)(?<y>z)?"; "g")]`, `[capture("(?<x>a)"; "g")]`, `[capture("(?<x>a)(?<y>z)?"; "g")]`, `[scan("a")]`, `[scan("(a)(l)")]`, `[scan("(a)")]`, `gsub("a"; "bcd")`, `gsub("(?<x>a)"; .x + "b")`, `gsub("(?<x>a)"; .x | ascii_upcase)`, `[gsub("a"; "b", "c")]`, `sub("a"; "b")`, `ascii_upcase`, `ascii_downcase`, `tojson`, `tojson | fromjson`, `@base64`, `@base64 | @base64d`, `@uri`, `@uri | @urid`, `@html`, `@sh`, `@json`, `[.] | @csv, @tsv`, `indices("a")`, `[match("."; "g").string]`, `[match("."; "g") | .offset]`, `[match(""; "g")]`, `. / ","`, `. / "" | map(. + "x")`, `"a\(.)\(.)"`, `[.[:3000], .[5:]]`, `[explode[] | [.] | implode]`, `split("") | group_by(.)`, `split("") | unique_by(.)`, `split("") | to_entries`, `[limit(1000; range(1000)) as $i | .[$i:$i + 10]]`, `[range(1000) as $i | .[$i]?]`, `("[" + "1,"*2000 + "1]") | fromjson`, `("[" + "1000.5,"*2000 + "1]") | fromjson`, `("[" + "{},"*2000 + "1]") | fromjson`, `("[" + "[],"*2000 + "1]") | fromjson`, `("[" + "{\"a\":1},"*2000 + "1]") | fromjson`, `("[" + "{\"a\":1,\"b\":[\"x\"],\"c\":{\"d\":\"eee\"}},"*2000 + "1]") | fromjson`, `("[" + "\"ab\","*2000 + "1]") | fromjson`, `("[" + "\"\","*2000 + "1]") | fromjson`, `("[" + "null,"*2000 + "1]") | fromjson`, `("[" + "\"::::,,,,{[\","*2000 + "1]") | fromjson`, `("[" + "[[1]],"*2000 + "1]") | fromjson`, `("[" + "{\"a\":1,\"b\":1,\"c\":1,\"d\":1,\"e\":1,\"f\":1,\"g\":1,\"h\":1,\"i\":1},"*5000 + "1]") | fromjson`,
	}},
}

func numbersFrom1000() any {
	list := make([]any, chargedElements)
	for i := range list {
		list[i] = i + 1000
	}
	return list
}

func longTexts() any {
	list := make([]any, chargedElements/4)
	for i := range list {
		list[i] = fmt.Sprintf("value, %d", i)
	}
	return list
}

func objectsOfThree() any {
	list := make([]any, chargedElements/4)
	for i := range list {
		list[i] = map[string]any{"a": i + 1000, "b": fmt.Sprint("b", i), "c": map[string]any{"d": i + 2000}}
	}
	return list
}

func manyMembers() any {
	object := make(map[string]any)
	for i := range chargedElements {
		object[fmt.Sprint("k", i)] = i + 1000
	}
	return object
}

// heapBytes returns what is alive, and what was made since the start of the process.
func heapBytes() (alive, made uint64) {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc, m.TotalAlloc
}

// TestCharges: a program charges at least what it keeps, so that the memory budget and
// the bound of the growth cover it, and not a multiple of what it makes.
func TestCharges(t *testing.T) {
	if racetest.On {
		t.Skip("the race detector changes the sizes of values")
	}
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	ctx := context.Background()
	for _, group := range chargedPrograms {
		input := group.input()
		for _, program := range group.programs {
			name := group.name + ", " + program
			p := compile(t, program)
			measureCharges(t, name, input, func(in Input) ([]any, int, error) {
				g := &guard{Context: ctx, maxGrowth: 1 << 40}
				out, err := p.interpretWithin(g, in)
				return out, g.charged, err
			})
			if p.compiled == nil {
				continue
			}
			measureCharges(t, name+", compiled", input, func(in Input) ([]any, int, error) {
				state := &closureRun{guard: guard{Context: ctx, maxGrowth: 1 << 40}}
				out, err := p.runWithin(state, in)
				return out, state.guard.charged, err
			})
		}
		runtime.KeepAlive(input)
	}
}

// measureCharges checks that a program has charged what it keeps, and not much more
// than what it has made.
func measureCharges(t *testing.T, name string, input any, run func(Input) ([]any, int, error)) {
	t.Helper()
	if _, _, err := run(Input{Value: input}); err != nil {
		t.Errorf("%s: %v", name, err)
		return
	}
	before, madeBefore := heapBytes()
	out, charged, _ := run(Input{Value: input})
	after, madeAfter := heapBytes()
	runtime.KeepAlive(out)
	// Little beside what the programs make: the state of the run, what it charges for
	// texts that turn out to be unchanged.
	const little = 64 << 10
	alive, made := int(after-before), int(madeAfter-madeBefore) //nolint:gosec // both are far smaller
	if charged < alive-little/16 || charged > 4*max(alive, 0)+2*made+little {
		t.Errorf("%s: it charged %d bytes of %d that are alive, and made %d", name, charged, alive, made)
	}
}
