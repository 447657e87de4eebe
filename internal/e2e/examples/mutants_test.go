package examples_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// mutant is a flow file in which one thing is changed.
type mutant struct {
	name string // the place and the change, such as "orders/action respond done: status 202 to 299"
	src  []byte
}

// mutator makes the mutants of one file.
type mutator struct {
	src     []byte
	mutants []mutant
}

// mutantsOf changes one thing of a file at a time: the order of two actions, a
// condition, a status, or an operator of a jq program.
func mutantsOf(src []byte, body *hclsyntax.Body) []mutant {
	m := &mutator{src: src}
	for _, b := range body.Blocks {
		if b.Type == "flow" {
			m.addBlock(b, b.Labels[0])
		}
	}
	return m.mutants
}

func (m *mutator) addBlock(b *hclsyntax.Block, at string) {
	m.addSwaps(b, at)
	m.addConditions(b, at)
	m.addStatus(b, at)
	if a := b.Body.Attributes["jq"]; a != nil {
		m.addOperators(a.Expr.Range(), at)
	}
	m.addExpressions(b, at)
	for _, inner := range b.Body.Blocks {
		m.addBlock(inner, strings.Join(append([]string{at + "/" + inner.Type}, inner.Labels...), " "))
	}
}

// replace adds a mutant in which a part of the file is another text.
func (m *mutator) replace(start, end int, text, name string) {
	m.mutants = append(m.mutants, mutant{name, slices.Concat(m.src[:start], []byte(text), m.src[end:])})
}

func (m *mutator) text(r hcl.Range) string { return string(m.src[r.Start.Byte:r.End.Byte]) }

// addSwaps swaps neighbouring actions.
func (m *mutator) addSwaps(b *hclsyntax.Block, at string) {
	if b.Type == "parallel" || b.Type == "action" && b.Labels[0] == "parallel" {
		return // their order is not defined
	}
	var last *hclsyntax.Block
	for _, inner := range b.Body.Blocks {
		if inner.Type != "action" {
			continue
		}
		if last != nil {
			a, c := last.Range(), inner.Range()
			between := string(m.src[a.End.Byte:c.Start.Byte])
			m.replace(a.Start.Byte, c.End.Byte, m.text(c)+between+m.text(a), fmt.Sprintf("%s: %s before %s", at, inner.Labels[1], last.Labels[1]))
		}
		last = inner
	}
}

// addConditions negates `when` and `while`.
func (m *mutator) addConditions(b *hclsyntax.Block, at string) {
	for _, name := range []string{"when", "while"} {
		if a := b.Body.Attributes[name]; a != nil {
			r := a.Expr.Range()
			m.replace(r.Start.Byte, r.End.Byte, "!("+m.text(r)+")", fmt.Sprintf("%s: not %s", at, name))
		}
	}
}

// addStatus changes the status of a response, given or not, and that of a stop.
func (m *mutator) addStatus(b *hclsyntax.Block, at string) {
	answers := b.Type == "response" || b.Type == "action" && b.Labels[0] == "respond"
	a := b.Body.Attributes["status"]
	switch {
	case a != nil && answers:
		r := a.Expr.Range()
		other := m.text(r)[:1] + "99" // of the same class: in on_error the language refuses 2xx
		m.replace(r.Start.Byte, r.End.Byte, other, fmt.Sprintf("%s: status %s to %s", at, m.text(r), other))
	case a != nil:
		other := map[string]string{`"failed"`: `"succeeded"`, `"succeeded"`: `"failed"`}[m.text(a.Expr.Range())]
		m.replace(a.Expr.Range().Start.Byte, a.Expr.Range().End.Byte, other, fmt.Sprintf("%s: status %s", at, other))
	case answers:
		open, end := b.OpenBraceRange.End.Byte, b.CloseBraceRange.Start.Byte
		m.replace(open, end, "\nstatus = 299\n"+string(m.src[open:end])+"\n", at+": status 299")
	}
}

// addExpressions negates the conditions of a ? b : c, and changes the programs of
// the function jq.
func (m *mutator) addExpressions(b *hclsyntax.Block, at string) {
	for _, name := range sortedNames(b.Body.Attributes) {
		a := b.Body.Attributes[name]
		_ = hclsyntax.VisitAll(a.Expr, func(n hclsyntax.Node) hcl.Diagnostics {
			switch e := n.(type) {
			case *hclsyntax.ConditionalExpr:
				r := e.Condition.Range()
				m.replace(r.Start.Byte, r.End.Byte, "!("+m.text(r)+")", fmt.Sprintf("%s: not %s", at, m.text(r)))
			case *hclsyntax.BinaryOpExpr:
				m.addOperator(e, at)
			case *hclsyntax.FunctionCallExpr:
				if e.Name == "jq" && len(e.Args) > 0 {
					m.addOperators(e.Args[0].Range(), at)
				}
			}
			return nil
		})
	}
}

// opposites are the operators of expressions that are changed, and those in their
// place.
var opposites = map[string]string{"==": "!=", "!=": "==", "<": ">", ">": "<", "<=": ">", ">=": "<", "&&": "||", "||": "&&", "+": "-", "-": "+", "*": "+", "/": "*"}

// addOperator changes the operator of an expression.
func (m *mutator) addOperator(e *hclsyntax.BinaryOpExpr, at string) {
	start, end := e.LHS.Range().End.Byte, e.RHS.Range().Start.Byte
	between := string(m.src[start:end])
	operator := strings.Trim(between, " ()\n")
	if to := opposites[operator]; to != "" {
		m.replace(start, end, strings.Replace(between, operator, to, 1), fmt.Sprintf("%s: %s to %s", at, strings.TrimSpace(m.text(e.Range())), to))
	}
}

func sortedNames(attributes hclsyntax.Attributes) []string {
	var names []string
	for name := range attributes {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// operators are those of jq that are changed, and the text in their place.
var operators = []struct {
	find *regexp.Regexp
	to   string
}{
	{regexp.MustCompile(` \+ `), " - "},
	{regexp.MustCompile(` - `), " + "},
	{regexp.MustCompile(` \* `), " + "},
	{regexp.MustCompile(` / `), " * "},
	{regexp.MustCompile(` == `), " != "},
	{regexp.MustCompile(` != `), " == "},
	{regexp.MustCompile(` > `), " < "},
	{regexp.MustCompile(` < `), " > "},
	{regexp.MustCompile(` and `), " or "},
	{regexp.MustCompile(` or `), " and "},
	{regexp.MustCompile(` // `), " + "},
	{regexp.MustCompile(`\badd\b`), "length"},
	{regexp.MustCompile(`\bunique\b`), "reverse"},
	{regexp.MustCompile(`\bfloor\b|\bround\b`), "tostring"},
	{regexp.MustCompile(`\bselect\(`), "map_values("},
}

// addOperators changes the operators of a jq program, one at a time. Texts in the
// program may have them too: such a mutant changes a text.
func (m *mutator) addOperators(r hcl.Range, at string) {
	program := m.text(r)
	for _, o := range operators {
		for i, place := range o.find.FindAllStringIndex(program, -1) {
			start := r.Start.Byte + place[0]
			m.replace(start, r.Start.Byte+place[1], o.to, fmt.Sprintf("%s: jq%s%d to%s", at, program[place[0]:place[1]], i+1, o.to))
		}
	}
	for i, place := range selects.FindAllStringSubmatchIndex(program, -1) {
		m.replace(r.Start.Byte+place[2], r.Start.Byte+place[3], "("+program[place[2]:place[3]]+" | not)", fmt.Sprintf("%s: jq not select %d", at, i+1))
	}
}

// selects finds the conditions of select.
var selects = regexp.MustCompile(`\bselect\(([^()]*)\)`)
