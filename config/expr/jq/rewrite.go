package jq

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/itchyny/gojq"
)

// prefix begins the names of this package's functions in a rewritten program.
const prefix = "_:"

// rewriter replaces operators and calls in a program by those of this package.
// It keeps the functions that the program itself defines, which hide builtins.
type rewriter struct {
	defined []string              // functions of the program that are visible, as name/arity
	defs    map[string]preludeDef // of the prelude; nil if the text is the prelude itself
	used    map[string]bool       // functions of the prelude that are called
	headers bool                  // the program reads headers by name
	constants
	err error
}

// constants are the parts of a program that are compiled when it is loaded.
type constants struct {
	patterns  patterns
	templates []template
}

// rewriteProgram rewrites a program in place and returns its constants.
func rewriteProgram(q *gojq.Query) (constants, error) {
	r := &rewriter{defs: prelude(), used: map[string]bool{}, headers: strings.Contains(q.String(), "headers")}
	r.patterns = patterns{}
	r.query(q)
	q.FuncDefs = append(preludeDefs(r.used), q.FuncDefs...)
	return r.constants, r.err
}

func key(name string, arity int) string { return name + "/" + strconv.Itoa(arity) }

// query rewrites a query. Its definitions are visible up to its end.
func (r *rewriter) query(q *gojq.Query) {
	if q == nil {
		return
	}
	visible := len(r.defined)
	defer func() { r.defined = r.defined[:visible] }()
	for _, def := range q.FuncDefs {
		r.funcDef(def)
	}
	if q.Term != nil {
		r.term(q.Term)
		return
	}
	if q.Op == gojq.OpAssign {
		if path := constantPath(q.Left); path != nil {
			r.query(q.Right)
			r.replace(q, call("setpath", path, q.Right))
			return
		}
	}
	r.query(q.Left)
	r.allPatterns(q.Patterns)
	r.query(q.Right)
	if q.Left != nil && q.Right != nil {
		r.operator(q)
	}
}

// funcDef rewrites a definition. Its name is visible in its own body and
// behind it, its parameters in its body.
func (r *rewriter) funcDef(def *gojq.FuncDef) {
	r.defined = append(r.defined, key(def.Name, len(def.Args)))
	visible := len(r.defined)
	for _, arg := range def.Args {
		r.defined = append(r.defined, key(strings.TrimPrefix(arg, "$"), 0))
	}
	r.query(def.Body)
	r.defined = r.defined[:visible]
}

// operators are the names of the functions behind operators.
var operators = map[gojq.Operator]string{
	gojq.OpAdd: "plus", gojq.OpSub: "minus", gojq.OpMul: "times", gojq.OpDiv: "divided",
	gojq.OpEq: "equal", gojq.OpNe: "unequal", gojq.OpGt: "greater", gojq.OpLt: "less", gojq.OpGe: "atleast", gojq.OpLe: "atmost",
}

var updates = map[gojq.Operator]gojq.Operator{
	gojq.OpUpdateAdd: gojq.OpAdd, gojq.OpUpdateSub: gojq.OpSub, gojq.OpUpdateMul: gojq.OpMul,
	gojq.OpUpdateDiv: gojq.OpDiv, gojq.OpUpdateMod: gojq.OpMod, gojq.OpUpdateAlt: gojq.OpAlt,
}

func (r *rewriter) operator(q *gojq.Query) {
	switch op := q.Op; op {
	case gojq.OpAssign:
		r.replace(q, r.use("assign", q.Left, q.Right))
	case gojq.OpModify:
		r.replace(q, r.use("modify", q.Left, q.Right))
	case gojq.OpUpdateAdd, gojq.OpUpdateSub, gojq.OpUpdateMul, gojq.OpUpdateDiv, gojq.OpUpdateMod, gojq.OpUpdateAlt:
		r.update(q)
	default:
		if name, ok := operators[op]; ok && !isPlain(op, q.Left) && !isPlain(op, q.Right) {
			r.replace(q, call(name, q.Left, q.Right))
		}
	}
}

// update rewrites l op= r as r as $x | l |= (. op $x).
func (r *rewriter) update(q *gojq.Query) {
	const operand = "$" + prefix + "operand"
	change := &gojq.Query{Left: identity(), Op: updates[q.Op], Right: variable(operand)}
	r.operator(change)
	*q = gojq.Query{
		Meta: q.Meta, Imports: q.Imports, FuncDefs: q.FuncDefs,
		Left: q.Right, Patterns: []*gojq.Pattern{{Name: operand}}, Op: gojq.OpPipe, Right: r.use("modify", q.Left, change),
	}
}

// isPlain reports whether an operand is a constant that keeps the work and the
// result of the operator small.
func isPlain(op gojq.Operator, q *gojq.Query) bool {
	if q.Term == nil || len(q.Term.SuffixList) > 0 || len(q.FuncDefs) > 0 {
		return false
	}
	switch q.Term.Type {
	case gojq.TermTypeNumber:
		return op != gojq.OpMul
	case gojq.TermTypeNull, gojq.TermTypeTrue, gojq.TermTypeFalse:
		return isComparison(op)
	case gojq.TermTypeString:
		return isComparison(op) && q.Term.Str.Queries == nil
	}
	return false
}

func isComparison(op gojq.Operator) bool {
	return slices.Contains([]gojq.Operator{gojq.OpEq, gojq.OpNe, gojq.OpGt, gojq.OpLt, gojq.OpGe, gojq.OpLe}, op)
}

func (r *rewriter) term(t *gojq.Term) {
	r.termItself(t)
	for i := 0; i < len(t.SuffixList); i++ {
		switch s := t.SuffixList[i]; {
		case s.Index != nil:
			r.index(s.Index)
			if name, ok := r.headerName(s.Index); ok {
				r.splitName(t, i, name)
				i = -1
			}
		case s.Iter:
			r.splitIter(t, i)
			i = 0
		}
	}
}

func (r *rewriter) termItself(t *gojq.Term) {
	switch t.Type {
	case gojq.TermTypeIndex:
		r.index(t.Index)
		if name, ok := r.headerName(t.Index); ok {
			t.Index = &gojq.Index{Start: call("name", name)}
		}
	case gojq.TermTypeFunc:
		r.call(t)
	case gojq.TermTypeObject:
		r.object(t.Object)
		r.countObject(t)
	case gojq.TermTypeArray:
		r.array(t)
	case gojq.TermTypeUnary:
		r.term(t.Unary.Term)
	case gojq.TermTypeFormat:
		r.format(t)
	case gojq.TermTypeString:
		r.text(t.Str)
	case gojq.TermTypeQuery:
		r.query(t.Query)
	default:
		r.control(t)
	}
}

func (r *rewriter) control(t *gojq.Term) {
	switch t.Type {
	case gojq.TermTypeIf:
		r.query(t.If.Cond)
		r.query(t.If.Then)
		for _, e := range t.If.Elif {
			r.query(e.Cond)
			r.query(e.Then)
		}
		r.query(t.If.Else)
	case gojq.TermTypeTry:
		r.query(t.Try.Body)
		r.query(t.Try.Catch)
		if t.Try.Catch != nil {
			t.Try.Catch = pipe(call("counted"), t.Try.Catch)
		}
	case gojq.TermTypeReduce:
		r.query(t.Reduce.Query)
		r.allPatterns(t.Reduce.Patterns)
		r.query(t.Reduce.Start)
		r.query(t.Reduce.Update)
	case gojq.TermTypeForeach:
		r.query(t.Foreach.Query)
		r.allPatterns(t.Foreach.Patterns)
		r.query(t.Foreach.Start)
		r.query(t.Foreach.Update)
		r.query(t.Foreach.Extract)
	case gojq.TermTypeLabel:
		r.query(t.Label.Body)
	}
}

func (r *rewriter) object(o *gojq.Object) {
	for _, member := range o.KeyVals {
		r.text(member.KeyString)
		r.query(member.KeyQuery)
		r.query(member.Val)
	}
}

// text bounds the values that are put into a text.
func (r *rewriter) text(s *gojq.String) {
	if s == nil {
		return
	}
	for _, q := range s.Queries {
		literal := q.Term.Str != nil
		r.query(q)
		if !literal {
			*q = gojq.Query{Term: &gojq.Term{Type: gojq.TermTypeQuery, Query: pipe(&gojq.Query{Term: q.Term, FuncDefs: q.FuncDefs}, call("sized"))}}
		}
	}
}

func (r *rewriter) format(t *gojq.Term) {
	if t.Str != nil {
		r.text(t.Str)
		return
	}
	format := &gojq.Query{Term: &gojq.Term{Type: gojq.TermTypeFormat, Format: t.Format}}
	*t = gojq.Term{Type: gojq.TermTypeQuery, Query: pipe(call("sized"), pipe(format, call("counted"))), SuffixList: t.SuffixList}
}

// call rewrites the call of a function.
func (r *rewriter) call(t *gojq.Term) {
	f := t.Func
	replacement := replacementOf(f)
	for _, arg := range f.Args {
		r.query(arg)
	}
	name := key(f.Name, len(f.Args))
	if f.Name[0] == '$' || slices.Contains(r.defined, name) {
		return
	}
	if r.defs == nil {
		if own, ok := strings.CutPrefix(f.Name, preludePrefix); ok {
			f.Name = prefix + own
			r.used[key(own, len(f.Args))] = true
		}
		return
	}
	switch {
	case f.Name[0] == '_':
		r.err = fmt.Errorf("function not defined: %s", name)
	case name == "getpath/1":
		f.Args[0] = pipe(f.Args[0], call("path"))
		if r.headers {
			f.Args[0] = call("names", f.Args[0])
		}
	case name == "path/1":
		path := &gojq.Query{Term: &gojq.Term{Type: t.Type, Func: f}}
		*t = gojq.Term{Type: gojq.TermTypeQuery, Query: pipe(path, call("counted")), SuffixList: t.SuffixList}
	case name == "error/1":
		f.Args[0] = pipe(f.Args[0], call("sized"))
	case name == "has/1" && r.headers:
		f.Args[0] = call("name", f.Args[0])
	case r.replaces(name):
		r.collectPattern(f)
		if replacement != nil {
			r.useTemplate(f, replacement)
		}
		r.used[key(f.Name, len(f.Args))] = true
		f.Name = prefix + f.Name
	}
}
