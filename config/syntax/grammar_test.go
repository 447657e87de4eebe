package syntax

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/webhook-gateway/gateway/internal/testutil/fuzztest"
)

// TestParseGrammar: parseBlock, parseFile and Sketch agree with HCL's parser on texts of
// all constructs of the language, and on such texts with a mistake.
func TestParseGrammar(t *testing.T) {
	t.Parallel()
	const texts = 2000
	known, valid := 0, 0
	for seed := range uint64(texts) {
		src := writeGrammar(rand.New(rand.NewPCG(seed, 2))) //nolint:gosec // the same seed must give the same text
		if compareGrammar(t, src) {
			known++
		}
		if _, diags := hclsyntax.ParseConfig(src, "a.hcl", hcl.InitialPos); len(diags) == 0 {
			valid++
		}
		if t.Failed() {
			t.Fatalf("of seed %d", seed)
		}
	}
	if valid < texts/4 || valid > texts*3/4 || known < valid/4 {
		t.Errorf("of %d texts %d are valid and the parser knows %d, which tests too little", texts, valid, known)
	}
}

// FuzzParseGrammar: see TestParseGrammar.
func FuzzParseGrammar(f *testing.F) {
	for seed := range 100 {
		f.Add(fmt.Append(nil, seed))
	}
	f.Fuzz(func(t *testing.T, input []byte) { compareGrammar(t, writeGrammar(fuzztest.NewRand(input))) })
}

// compareGrammar compares all ways to parse a text, and reports whether parseFile knows
// it.
func compareGrammar(t *testing.T, src []byte) bool {
	t.Helper()
	compareBlocks(t, src, hcl.Pos{Line: 7, Column: 4, Byte: 50})
	compareSketch(t, src)
	return compareFiles(t, src)
}

// compareSketch holds that the blocks of a sketch are those of the file, if the file and
// all blocks have no syntax errors.
func compareSketch(t *testing.T, src []byte) {
	t.Helper()
	blocks, ok := Sketch("a.hcl", src, "b")
	if !ok {
		return
	}
	file, diags := hclsyntax.ParseConfig(src, "a.hcl", hcl.InitialPos)
	for _, b := range blocks {
		if ParseAgain("a.hcl", b.Range.SliceBytes(src), b.Range.Start) == nil {
			if !diags.HasErrors() {
				t.Errorf("%q: a sketched block is not parsed, and the file is", src)
			}
			return
		}
	}
	body := file.Body.(*hclsyntax.Body)
	if diags.HasErrors() || len(body.Blocks) != len(blocks) || len(body.Attributes) > 0 {
		t.Errorf("%q: the sketch has %d blocks, want %d, %v", src, len(blocks), len(body.Blocks), diags)
		return
	}
	for i, b := range body.Blocks {
		if at := hcl.RangeBetween(b.TypeRange, b.CloseBraceRange); blocks[i].Label != b.Labels[0] || blocks[i].Range != at {
			t.Errorf("%q: the sketch has %q at %v, want %q at %v", src, blocks[i].Label, blocks[i].Range, b.Labels, at)
		}
	}
}

// grammar writes a text of all constructs of the language at random.
type grammar struct {
	*rand.Rand
	strings.Builder
	joins bool // line breaks mean nothing here
	plain bool // no comments and line breaks in odd places
}

// writeGrammar returns a text. Most texts have one mistake or none.
func writeGrammar(r *rand.Rand) []byte {
	g := &grammar{Rand: r}
	g.plain = g.IntN(3) > 0
	for range 1 + g.IntN(2) {
		if g.IntN(8) == 0 {
			g.attribute(2)
			g.end()
		} else {
			g.block(2)
			g.end()
		}
	}
	text := g.String()
	if g.IntN(3) == 0 {
		text = g.mistake(text)
	}
	if g.IntN(6) == 0 {
		text = strings.ReplaceAll(text, "\n", "\r\n")
	}
	return []byte(text)
}

// mistake changes a text in one place.
func (g *grammar) mistake(text string) string {
	i := g.IntN(len(text) + 1)
	j := min(len(text), i+g.IntN(3))
	return text[:i] + g.pick("", "", "\n", "\"", "{", "}", "[", "]", "(", ")", "*", ".", ",", "=", ":", "?", "-", "${", "~", "\\", " ", "for", "ä", "0", "\x00", "\ufeff", "\u0301") + text[j:]
}

func (g *grammar) pick(of ...string) string { return of[g.IntN(len(of))] }

func (g *grammar) write(texts ...string) {
	for _, text := range texts {
		g.WriteString(text)
	}
}

// gap writes what may stand between two tokens.
func (g *grammar) gap() {
	switch n := g.IntN(40); {
	case g.plain || n > 9:
		g.write(g.pick("", " ", " ", " "))
	case n < 3:
		g.write(g.pick("\t", " /* c */ ", "/**/", " /* \n ö */ "))
	case g.joins:
		g.write(g.pick("\n", "\n\n  ", " # c\n", "// ö\n"))
	}
}

// space writes a gap that keeps words apart.
func (g *grammar) space() {
	g.write(" ")
	g.gap()
}

// end ends a line.
func (g *grammar) end() { g.write(g.pick("\n", "\n", "\n\n", " # c\n", "// ä\n", "\t/* x */\n")) }

func (g *grammar) name() string {
	return g.pick("a", "b", "c_1", "d-e", "for", "in", "if", "null", "true", "false", "endif", "_x", "flow", "A9")
}

func (g *grammar) block(depth int) {
	g.write(g.pick("b", "b", "b", "c", "for"))
	for range g.IntN(3) {
		g.space()
		g.write(g.pick(`"l"`, `"l"`, `"l-1"`, `""`, `"a b"`, `"$x"`, `"$${a}"`, `"\n"`, g.name()))
	}
	g.space()
	g.write("{")
	switch g.IntN(5) {
	case 0:
		g.write(g.pick("", " "))
	case 1:
		g.gap()
		g.attribute(depth)
		g.gap()
	default:
		g.end()
		for i := range g.IntN(4) {
			g.item(depth, i)
		}
	}
	g.write("}")
}

func (g *grammar) item(depth, i int) {
	if depth > 0 && g.IntN(4) == 0 {
		g.block(depth - 1)
	} else {
		g.write(fmt.Sprintf("k%d", i))
		g.attribute(depth)
	}
	g.end()
}

// attribute writes an attribute, also behind the beginning of its name.
func (g *grammar) attribute(depth int) {
	g.write(g.pick("a", "for", "x-y"))
	g.gap()
	g.write("=")
	g.gap()
	g.expression(depth + g.IntN(2))
}

func (g *grammar) expression(depth int) {
	if depth > 0 {
		switch g.IntN(6) {
		case 0:
			g.conditional(depth - 1)
			return
		case 1:
			g.binary(depth - 1)
			return
		}
	}
	g.operand(depth)
}

func (g *grammar) conditional(depth int) {
	g.expression(depth)
	g.space()
	g.write("?")
	g.space()
	g.expression(depth)
	g.space()
	g.write(":")
	g.space()
	g.expression(depth)
}

func (g *grammar) binary(depth int) {
	g.operand(depth)
	for range 1 + g.IntN(4) {
		g.gap()
		g.write(g.pick("||", "&&", "==", "!=", ">", ">=", "<", "<=", "+", " - ", "*", "/", "%"))
		g.gap()
		g.operand(depth)
	}
}

// operand writes a term with signs before it and steps behind it.
func (g *grammar) operand(depth int) {
	for g.IntN(8) == 0 {
		g.write(g.pick("-", "!"))
		g.gap()
	}
	g.term(depth)
	for g.IntN(3) == 0 {
		g.step(depth)
	}
}

func (g *grammar) step(depth int) {
	switch g.IntN(8) {
	case 0:
		g.write(g.pick("[*]", "[*]", ".*", "[ * ]"))
	case 1:
		g.write(g.pick(".0", ".1.2", ".0.a", "[0]", `["k"]`, "[-1]", `["${a}"]`, "[null]", "[true]", "[1.5]"))
	case 2, 3:
		g.write("[")
		g.inside(func() { g.expression(max(0, depth-1)) })
		g.write("]")
	default:
		g.gap()
		g.write(".")
		g.gap()
		g.write(g.name())
	}
}

// inside writes what is in brackets, where line breaks mean nothing.
func (g *grammar) inside(write func()) {
	before := g.joins
	g.joins = true
	g.gap()
	write()
	g.gap()
	g.joins = before
}

func (g *grammar) term(depth int) {
	n := g.IntN(14)
	switch {
	case n < 3 || depth <= 0 && n > 6:
		g.write(g.name())
	case n < 5:
		g.write(g.pick("0", "1", "12.50", "1e3", "1E-2", "1.e2", "1e400", "00", "1_0", "0x1", "123456789012345678901234567890.5", "1.", "1..2"))
	case n < 7:
		g.write(`"`, g.pick("", "a", "a b", `\n\t\"\\`, `\u00e4`, `\U0001F600`, `\q`, "$", "$$", "%", "$${a}", "%%{a}", "$ {", "ä", "a$"), `"`)
	case n < 9:
		g.quoted(depth - 1)
	case n == 9:
		g.heredoc(depth - 1)
	default:
		g.compound(depth - 1)
	}
}

// sequence writes ${ } or %{ } of a text.
func (g *grammar) sequence(depth int) {
	if g.IntN(6) == 0 {
		switch g.IntN(2) {
		case 0:
			g.write(g.pick("%{", "%{~ "), "if ", g.name(), g.pick("}", " ~}"), "x", g.pick("", "%{else}"), g.pick("", "y"), "%{ endif ", g.pick("}", "~}"))
		default:
			g.write("%{ for ", g.pick("v", "k, v"), " in ", g.name(), g.pick("}", " ~}"), "- ${v}", "%{ endfor }")
		}
		return
	}
	g.write(g.pick("${", "${", "${", "${~"))
	g.inside(func() { g.expression(depth) })
	g.write(g.pick("}", "}", "}", "~}"))
}

func (g *grammar) quoted(depth int) {
	g.write(`"`)
	for range 1 + g.IntN(3) {
		g.write(g.pick("", "", "a ", `\"`, "$", "%", "$$", " ü"))
		g.sequence(depth)
		g.write(g.pick("", "", " b", "$", "{}", "}"))
	}
	g.write(`"`)
}

func (g *grammar) heredoc(depth int) {
	mark := g.pick("<<", "<<-")
	g.write(mark, "E\n")
	for range g.IntN(4) {
		g.write(g.pick("", "  ", "\t", "    "), g.pick("", "a", "$b", "\\n", "\"", "}", "$${x}", "é", "E E"))
		if g.IntN(2) == 0 {
			g.sequence(depth)
		}
		g.write(g.pick("", " z"), "\n")
	}
	g.write(g.pick("", "", "  "), "E\n")
}

func (g *grammar) compound(depth int) {
	switch g.IntN(6) {
	case 0:
		g.write("(")
		g.inside(func() { g.expression(depth) })
		g.write(")")
	case 1:
		g.write("[")
		g.inside(func() { g.elements(depth, "") })
		g.write("]")
	case 2:
		g.write(g.pick("f", "f", "f", "true", "n::f", "for"), "(")
		g.inside(func() { g.elements(depth, g.pick("", "", "", "...")) })
		g.write(")")
	case 3:
		g.write("[for ", g.pick("v", "k, v"), " in ")
		g.inside(func() {
			g.expression(depth)
			g.write(" : ")
			g.expression(depth)
			g.write(g.pick("", " if v"))
		})
		g.write("]")
	case 4:
		g.write("{", g.pick("", "\n"), "for k, v in ", g.name(), " : k => v", g.pick("", "..."), "}")
	default:
		g.object(depth)
	}
}

// elements writes elements of a list or arguments, and end behind the last one.
func (g *grammar) elements(depth int, end string) {
	n := g.IntN(4)
	for i := range n {
		g.expression(depth)
		g.gap()
		switch {
		case i < n-1:
			g.write(",")
		case end != "":
			g.write(end)
		default:
			g.write(g.pick("", "", ","))
		}
		g.gap()
	}
}

func (g *grammar) object(depth int) {
	before := g.joins
	g.joins = false
	g.write("{", g.pick("", " ", "\n", " # c\n"))
	for range g.IntN(4) {
		switch g.IntN(6) {
		case 0:
			g.write("(")
			g.inside(func() { g.expression(depth) })
			g.write(")")
		case 1:
			g.write(g.pick(`"k"`, `"k ${a}"`, "1", "a.b", "a[0]", "-a", "a + b", "(a).b", "a ? b : c"))
		default:
			g.write(g.name())
		}
		g.gap()
		g.write(g.pick("=", "=", ":"))
		g.gap()
		g.expression(depth)
		g.write(g.pick(",", ",\n", "\n", "\n", " # c\n", ", // c\n", "\n\n"))
	}
	g.write("}")
	g.joins = before
}
