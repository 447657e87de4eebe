package jq

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/itchyny/gojq"

	"github.com/webhook-gateway/gateway/internal/testutil/fuzztest"
)

// generator makes programs and values. Most parts fit the values that they are
// applied to, so that most programs succeed; some do not.
type generator struct {
	*rand.Rand
	variables []string
}

// The kinds of values that parts of a program are applied to, and yield.
const (
	kindOrder = iota
	kindLine
	kindNumber
	kindText
	kindTruth
	kindList // of lines
	kindNumbers
	kindTexts
	kinds
)

func (g *generator) pick(list ...string) string { return list[g.IntN(len(list))] }

// value returns a value of a kind.
func (g *generator) value(kind int) any {
	switch kind {
	case kindOrder:
		return map[string]any{
			"id": g.value(kindText), "total": g.value(kindNumber), "paid": g.value(kindTruth), "lines": g.value(kindList),
			"ns": g.value(kindNumbers), "tags": g.value(kindTexts), "to": map[string]any{"name": g.value(kindText), "zip": g.value(kindNumber)},
		}
	case kindLine:
		line := map[string]any{"sku": g.value(kindText), "qty": g.value(kindNumber), "price": g.value(kindNumber)}
		if g.IntN(4) == 0 {
			line["note"] = g.value(g.IntN(kinds))
		}
		return line
	case kindNumber:
		return json.Number(g.pick("0", "1", "2", "3", "-1", "7", "2.5", "129.90", "1e3", "1.0", "-0", "9007199254740993", "123456789012345678901", "1e400"))
	case kindText:
		return g.pick("a", "b", "A-1", "héllo", "", "x,y", "12", "2.50", " t ", "<&>", "日本", "a\"\\\n")
	case kindTruth:
		return []any{true, false, nil}[g.IntN(3)]
	}
	list := make([]any, g.IntN(5))
	for i := range list {
		list[i] = g.value(map[int]int{kindList: kindLine, kindNumbers: kindNumber, kindTexts: kindText}[kind])
	}
	return list
}

// part returns a part of a program that yields one kind of another.
func (g *generator) part(from, to, depth int) string {
	switch g.IntN(40) {
	case 0:
		from = g.IntN(kinds)
	case 1:
		return "(" + g.rare(from, to, max(depth-1, 0)) + ")"
	}
	if depth <= 0 {
		return g.leaf(from, to)
	}
	depth--
	switch g.IntN(16) {
	case 0:
		middle := g.IntN(kinds)
		return "(" + g.part(from, middle, depth) + " | " + g.part(middle, to, depth) + ")"
	case 1:
		return "(if " + g.part(from, kindTruth, depth) + " then " + g.part(from, to, depth) + " else " + g.part(from, to, depth) + " end)"
	case 2:
		return "(" + g.part(from, to, depth) + " // " + g.part(from, to, depth) + ")"
	case 3:
		return g.binding(from, to, depth)
	case 4:
		return "(" + g.part(from, to, depth) + ")?"
	case 5:
		return "(try (" + g.part(from, to, depth) + ")" + g.pick("", " catch \"c\"", " catch null") + ")"
	case 6:
		return g.function(from, to, depth)
	}
	return "(" + g.build(from, to, depth) + ")"
}

func (g *generator) leaf(from, to int) string {
	if len(g.variables) > 0 && g.IntN(6) == 0 {
		return g.pick(g.variables...)
	}
	if from == to && g.IntN(2) == 0 {
		return "."
	}
	if from == kindOrder && g.IntN(3) > 0 {
		return map[int]string{
			kindOrder: ".", kindLine: ".lines[0]", kindNumber: ".total", kindText: ".id", kindTruth: ".paid",
			kindList: ".lines", kindNumbers: ".ns", kindTexts: ".tags",
		}[to]
	}
	if from == kindLine && g.IntN(3) > 0 {
		if name, ok := map[int]string{kindNumber: g.pick(".qty", ".price"), kindText: ".sku", kindTruth: ".note"}[to]; ok {
			return name
		}
	}
	text, _ := json.Marshal(g.value(to))
	return string(text)
}

// binding names values.
func (g *generator) binding(from, to, depth int) string {
	kind := g.IntN(kinds)
	source := g.part(from, kind, depth)
	name := fmt.Sprintf("$v%d", len(g.variables))
	pattern := name
	if kind == kindLine && g.IntN(2) == 0 {
		pattern = g.pick("{sku: "+name+"}", "{\"qty\": "+name+"}", "{price: "+name+", $sku}", "{$price, note: [ "+name+"]}")
	} else if kind >= kindList && g.IntN(2) == 0 {
		pattern = g.pick("["+name+"]", "[$first, "+name+"]")
	}
	g.variables = append(g.variables, name)
	defer func() { g.variables = g.variables[:len(g.variables)-1] }()
	switch g.IntN(4) {
	case 0:
		return "(reduce " + source + " as " + pattern + " (" + g.part(from, to, depth) + "; " + g.part(to, to, depth) + "))"
	case 1:
		return "(foreach " + source + " as " + pattern + " (" + g.part(from, to, depth) + "; " + g.part(to, to, depth) + g.pick("", "; "+g.part(to, to, depth)) + "))"
	}
	return "(" + source + " as " + pattern + " | " + g.part(from, to, depth) + ")"
}

// function defines a function and calls it.
func (g *generator) function(from, to, depth int) string {
	body := g.part(from, to, depth)
	switch g.IntN(3) {
	case 0:
		return "(def f: " + body + "; f)"
	case 1:
		return "(def f(g): g | " + g.part(to, to, depth) + "; f(" + body + "))"
	}
	return "(def f($p; g): [$p, p], g | g; f(" + g.part(from, kindText, depth) + "; " + body + "))"
}

// many returns a part that yields several values of a kind.
func (g *generator) many(from, to, depth int) string {
	list := map[int]int{kindLine: kindList, kindNumber: kindNumbers, kindText: kindTexts}
	if kind, ok := list[to]; ok {
		return g.part(from, kind, depth) + g.pick("[]", "[]", "[]?", "[1:][]", "[:-1][]", "[] | select("+g.part(to, kindTruth, depth)+")")
	}
	return "(" + g.part(from, to, depth) + ", " + g.part(from, to, depth) + ")"
}

// build returns a part that makes a value of a kind.
func (g *generator) build(from, to, depth int) string {
	number := func() string { return g.part(from, kindNumber, depth) }
	text := func() string { return g.part(from, kindText, depth) }
	kind := []int{kindList, kindNumbers, kindTexts}[g.IntN(3)]
	list := func() string { return g.part(from, kind, depth) }
	element := map[int]int{kindList: kindLine, kindNumbers: kindNumber, kindTexts: kindText}
	on := func(to int) string { return g.part(element[kind], to, depth) }
	switch to {
	case kindOrder:
		return g.pick("{id: "+text()+", lines: "+g.part(from, kindList, depth)+", total: "+number()+"}", "({tags: "+g.part(from, kindTexts, depth)+"} + {id: "+text()+"})",
			"({ns: ["+g.many(from, kindNumber, depth)+"]} * {paid: "+g.part(from, kindTruth, depth)+"})", g.changed(from, kindOrder, depth))
	case kindLine:
		return g.pick("{sku: "+text()+", qty: "+number()+"}", "{(\"sku\", \"note\"): "+text()+"}", "{qty: ("+g.many(from, kindNumber, depth)+"), \"p\\(1)\": 2, sku: "+text()+"}",
			"("+g.part(from, kindList, depth)+" | "+g.pick("first", "last", ".[0]", ".[-1]", "min_by(.qty)", "max_by(.sku)", "add")+")", g.changed(from, kindLine, depth),
			"("+g.part(from, kindLine, depth)+" | with_entries("+g.pick("select(.key != \"qty\")", ".key |= ascii_upcase", ".value |= tostring", ".")+"))",
			"("+g.part(from, kindLine, depth)+" | map_values("+g.pick("tostring", "select(. != null)", "empty", "., 1", "numbers")+"))")
	case kindNumber:
		return g.pick("("+number()+" "+g.pick("+", "-", "*", "/", "%")+" "+number()+")", "("+list()+" | length)", "("+g.part(from, kindNumbers, depth)+" | "+g.pick("add", "min", "max", "first", "length", ".[1]", "sort | last")+")",
			"("+number()+" | "+g.pick("floor", "round", "-.", "abs", "length", "tostring | tonumber", "ceil", "sqrt")+")", "("+text()+" | "+g.pick("length", "tonumber", "utf8bytelength", "index(\"a\")")+")",
			"reduce ("+g.many(from, kindNumber, depth)+") as $x (0; . + $x)", "first("+g.many(from, kindNumber, depth)+")", "last(range(3))", "(["+g.many(from, kindNumber, depth)+"] | add)", "-("+number()+")",
			"("+number()+" | until(. > 5; . + 3))")
	case kindText:
		return g.pick("\"<\\("+g.part(from, g.IntN(kinds), depth)+")>\\("+text()+")\"", "("+text()+" + "+text()+")", "("+text()+" | "+g.pick("ascii_upcase", "ascii_downcase", "ltrimstr(\"a\")", "rtrimstr(\"b\")", "trim", ".[1:]", ".[:2]", "explode | implode", "@uri", "@base64", "@html", "tojson", ".[0:1]", "@json \"x\\(.)\"")+")",
			"("+g.part(from, kindTexts, depth)+" | join("+text()+"))", "("+number()+" | tostring)", "("+g.part(from, g.IntN(kinds), depth)+" | "+g.pick("type", "tojson", "@text", "@json")+")", "("+text()+" * 2)", "("+text()+" | sub(\"a\"; \"x\"))",
			"("+g.part(from, kindTexts, depth)+" | @csv, @sh)")
	case kindTruth:
		return g.pick("("+number()+" "+g.pick("<", ">", "<=", ">=", "==", "!=")+" "+number()+")", "("+text()+" == "+text()+")", "("+g.part(from, kindTruth, depth)+" "+g.pick("and", "or")+" "+g.part(from, kindTruth, depth)+")",
			"("+g.part(from, kindTruth, depth)+" | not)", "("+text()+" | "+g.pick("startswith", "endswith", "contains", "inside", "test")+"(\"a\"))", "("+list()+" | "+g.pick("any", "all")+"("+on(kindTruth)+"))",
			"("+g.part(from, kindLine, depth)+" | has("+g.pick("\"qty\"", "\"note\"", "0")+"))", "any("+g.many(from, kindTruth, depth)+"; .)", "isempty("+g.many(from, kindText, depth)+")", "("+list()+" == "+list()+")", "("+list()+" | contains(["+on(element[kind])+"]))")
	case kindNumbers:
		return g.pick("["+g.many(from, kindNumber, depth)+"]", "["+number()+", "+number()+"]", "[range("+g.pick("3", "1; 4", "0; 9; 4", "5; 0; -2")+")]", "[limit(2; "+g.many(from, kindNumber, depth)+")]",
			"("+list()+" | map("+on(kindNumber)+"))", "("+g.part(from, kindNumbers, depth)+" | "+g.pick("sort", "unique", "reverse", "map(. + 1)", "map(select(. > 1))", ".[1:]", "map(-.)", "sort_by(-.)", ". - [1]", "to_entries | map(.key)", "flatten", "del(.[0])", ".[0] = 5", ".[] += 1", "keys")+")", g.changed(from, kindNumbers, depth))
	case kindTexts:
		return g.pick("["+g.many(from, kindText, depth)+"]", "("+text()+" | split("+g.pick("\",\"", "\"\"", "\"l\"")+"))", "("+list()+" | map("+on(kindText)+"))", "("+g.part(from, kindTexts, depth)+" | "+g.pick("sort", "unique", "map(ascii_upcase)", "reverse", "map(select(length > 1))", "map(tonumber?)", ". + [\"z\"]", "group_by(length) | map(join(\"\"))")+")",
			"("+g.part(from, kindLine, depth)+" | keys)", "("+g.part(from, kindLine, depth)+" | to_entries | map(.key))", "["+g.part(from, kindLine, depth)+" | .. | strings]", "["+g.part(from, kindLine, depth)+" | paths | tojson]")
	}
	return g.pick("["+g.many(from, kindLine, depth)+"]", "("+g.part(from, kindList, depth)+" | "+g.pick("sort_by(.qty)", "sort_by(.sku, .qty)", "group_by(.sku)", "group_by(.qty) | map(first)", "unique_by(.sku)", "map(select(.qty > 1))", "map({sku, n: (.qty * 2)})", "map(.qty |= . + 1)", "map(del(.price))", "map(to_entries | from_entries)", "reverse", "map(.note //= 1)", ".[].qty |= tostring", "del(.[].sku)", "[.[] | .x = 1]", "flatten(1)", "map(. + {z: 1})", "[.[] | select(.note?)]", "del(.[] | select(.qty > 1))", "(.[] | select(.qty > 1) | .price) = 0", ".[0].tags[2] = 1")+")")
}

// changed returns a part that changes places of a value.
func (g *generator) changed(from, kind, depth int) string {
	places := map[int][]string{
		kindOrder:   {".total", ".to.name", ".ns[0]", ".lines[].qty", ".tags[]", ".new", ".lines[0].sku", "(.id, .total)", ".ns[-1]", ".to[\"zip\"]", ".lines[1:]", "(.lines[] | select(.qty > 1)).price", ".to[.id]", ".x.y[1]", ".lines[]?.q", "(.. | numbers)"},
		kindLine:    {".qty", ".sku", ".new", ".note.x", "(.qty, .price)", ".[\"a\"]", "(if .note then .qty else .price end)", ".[]"},
		kindNumbers: {".[0]", ".[]", ".[-1]", ".[3]", ".[1:]", "first", "(.[] | select(. > 1))"},
	}[kind]
	target := g.pick(places...)
	to := []int{kindNumber, kindText, kindTruth}[g.IntN(3)]
	value := g.part(kind, to, depth)
	base := g.part(from, kind, depth)
	return "(" + base + " | " + g.pick(target+" = "+value, target+" |= "+g.part(kindNumber, to, depth), target+" |= tostring", target+" += "+value, target+" //= "+value, "del("+target+")", target+" |= empty", "setpath([\"k\"]; "+value+")", target+" -= 1", target+" *= 2", "delpaths([path("+target+")])", "to_entries | from_entries") + ")"
}

// rare returns a part that gojq runs, or that fails.
func (g *generator) rare(from, to, depth int) string {
	part := func(to int) string { return g.part(from, to, depth) }
	return g.pick("(label $out | "+part(to)+" | ., break $out)", "(try error("+part(kindText)+") catch .)", "(. as [$a] ?// $a | "+part(to)+")", "limit(1.5; "+part(to)+")", "[splits(\"a\")]", "error", "("+part(kindText)+" | gsub(\"(?<x>a)\"; .x + \"!\"))",
		"(def r: if . == null then 1 else null | r end; r)", "first(repeat("+part(to)+"))", "ltrimstr(1)", "$__prog_args", "(.. |= .)", "[limit(3; recurse(.[0]?; . != null))]", "tostream", "("+part(to)+" | walk(.))", "getpath([\"to\", \"name\"])?", "@base32d", "([.[]?] | .[[1]])", "{(1, \"a\"): 2}", "[.[]? as $x | $x]", "nth(1; "+part(to)+")", "input", "halt", "[while(. != null; null)]", "{}.a.b.c", "null", "[recurse(if . == 1 then empty else 1 end)]", "\"\\("+part(to)+", 1)\"", "IN("+part(to)+")", "splits(1)", "[..]", "{a: .} | .a", "{\"a b\": 1}.\"a b\"", "tojson", "[.[]?, 1][0]", "ascii(65)", "infinite, nan", "[nan] | sort", "{if: 1}.if", "isvalid(1)", "([] | first, last, add)", "env.HOME", "$w.headers[\"a-b\"]", "($w | .n)", "([$w.headers | keys[]] | .[0])", "({$w} | .w.n)", "getpath([\"a\", 0])")
}

// generate returns a program and a value for it.
func generate(r *rand.Rand) (program string, input any) {
	g := &generator{Rand: r}
	kind := []int{kindOrder, kindOrder, kindOrder, kindLine, kindList, kindNumbers, kindTexts}[g.IntN(7)]
	return g.part(kind, g.IntN(kinds), 1+g.IntN(3)), g.value(kind)
}

// TestGeneratedAsGojq holds generated programs equal to gojq in results, order,
// texts of numbers and messages. Most of them must run as closures to the end.
func TestGeneratedAsGojq(t *testing.T) {
	t.Parallel()
	const pairs = 4000
	compiled, succeeded := 0, 0
	for i := range uint64(pairs) {
		program, input := generate(rand.New(rand.NewPCG(i, 1)))
		out := runAll(t, program, input)
		out.check(t, program, input)
		if _, err := gojq.Parse(program); err != nil {
			t.Fatalf("%s: %v", program, err)
		}
		if out.compiled {
			compiled++
		}
		if strings.HasSuffix(out.alone, "error: <nil>") {
			succeeded++
		}
	}
	t.Logf("of %d programs %d succeed, %d as closures", pairs, succeeded, compiled)
	if succeeded < pairs/2 || compiled < succeeded*3/4 {
		t.Errorf("of %d programs %d succeed, %d as closures: the rest shows little", pairs, succeeded, compiled)
	}
}

// FuzzGeneratedAsGojq is TestGeneratedAsGojq for any decisions.
func FuzzGeneratedAsGojq(f *testing.F) {
	for seed := range 50 {
		f.Add(fmt.Append(nil, seed))
	}
	f.Fuzz(func(t *testing.T, decisions []byte) {
		program, input := generate(fuzztest.NewRand(decisions))
		runAll(t, program, input).check(t, program, input)
	})
}
