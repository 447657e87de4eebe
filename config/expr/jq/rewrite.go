package jq

import (
	"cmp"
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
	defined  []string              // functions of the program that are visible, as name/arity
	defs     map[string]preludeDef // of the prelude; nil if the text is the prelude itself
	used     map[string]bool       // functions of the prelude that are called
	headers  bool                  // the program reads headers by name
	patterns patterns
	err      error
}

// rewriteProgram rewrites a program in place. It returns the constant patterns
// of the program.
func rewriteProgram(q *gojq.Query) (patterns, error) {
	r := &rewriter{defs: prelude(), used: map[string]bool{}, patterns: patterns{}, headers: strings.Contains(q.String(), "headers")}
	r.query(q)
	q.FuncDefs = append(preludeDefs(r.used), q.FuncDefs...)
	return r.patterns, r.err
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

// replace puts another query in the place of q, behind q's definitions.
func (r *rewriter) replace(q, by *gojq.Query) {
	*q = gojq.Query{Meta: q.Meta, Imports: q.Imports, FuncDefs: q.FuncDefs, Term: by.Term, Left: by.Left, Right: by.Right, Op: by.Op}
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

// constantPath returns the list of steps of a path such as .a[0].b, nil for other
// paths.
func constantPath(q *gojq.Query) *gojq.Query {
	steps := constantSteps(q)
	if len(steps) == 0 {
		return nil
	}
	list := steps[0]
	for _, step := range steps[1:] {
		list = &gojq.Query{Left: list, Op: gojq.OpComma, Right: step}
	}
	return &gojq.Query{Term: &gojq.Term{Type: gojq.TermTypeArray, Array: &gojq.Array{Query: list}}}
}

func constantSteps(q *gojq.Query) []*gojq.Query {
	t := q.Term
	if t == nil || len(q.FuncDefs) > 0 {
		return nil
	}
	var steps []*gojq.Query
	switch t.Type {
	case gojq.TermTypeIndex:
		steps = append(steps, constantStep(t.Index))
	case gojq.TermTypeQuery:
		if steps = constantSteps(t.Query); steps == nil {
			return nil
		}
	default:
		return nil
	}
	for _, s := range t.SuffixList {
		if s.Index == nil {
			return nil
		}
		steps = append(steps, constantStep(s.Index))
	}
	if slices.Contains(steps, nil) {
		return nil
	}
	return steps
}

// constantStep returns the value of an index, nil if it is computed.
func constantStep(x *gojq.Index) *gojq.Query {
	switch {
	case x.Name != "":
		return text(x.Name)
	case x.Str != nil:
		if x.Str.Queries != nil {
			return nil
		}
		return text(x.Str.Str)
	case !x.IsSlice:
		if !isStep(x.Start) {
			return nil
		}
		return x.Start
	case x.Start != nil && !isStep(x.Start) || x.End != nil && !isStep(x.End):
		return nil
	}
	null := &gojq.Query{Term: &gojq.Term{Type: gojq.TermTypeNull}}
	return &gojq.Query{Term: &gojq.Term{Type: gojq.TermTypeObject, Object: &gojq.Object{KeyVals: []*gojq.ObjectKeyVal{
		{Key: "start", Val: cmp.Or(x.Start, null)}, {Key: "end", Val: cmp.Or(x.End, null)},
	}}}}
}

// isStep reports whether a query is a number, maybe with a sign, or a text.
func isStep(q *gojq.Query) bool {
	t := q.Term
	if t != nil && t.Type == gojq.TermTypeUnary && len(t.SuffixList) == 0 {
		t = t.Unary.Term
		return t.Type == gojq.TermTypeNumber && len(t.SuffixList) == 0
	}
	return isConstant(q) && (t.Type == gojq.TermTypeNumber || t.Type == gojq.TermTypeString)
}

func (r *rewriter) allPatterns(list []*gojq.Pattern) {
	for _, p := range list {
		r.allPatterns(p.Array)
		for _, member := range p.Object {
			r.text(member.KeyString)
			if member.KeyQuery != nil {
				r.query(member.KeyQuery)
				member.KeyQuery = pipe(member.KeyQuery, call("key"))
			}
			if member.Val != nil {
				r.allPatterns([]*gojq.Pattern{member.Val})
			}
		}
	}
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
	case gojq.TermTypeArray:
		r.array(t.Array)
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

func (r *rewriter) index(x *gojq.Index) {
	r.text(x.Str)
	r.query(x.Start)
	r.query(x.End)
	if x.Start != nil && !x.IsSlice && !isPlain(gojq.OpEq, x.Start) {
		x.Start = pipe(x.Start, call("key"))
	}
}

// headerName returns the constant name of an index if it may be the name of a
// header field.
func (r *rewriter) headerName(x *gojq.Index) (*gojq.Query, bool) {
	switch {
	case !r.headers || x.IsSlice:
		return nil, false
	case x.Name != "":
		return text(x.Name), true
	case x.Str != nil:
		return text(x.Str.Str), x.Str.Queries == nil
	case x.Start != nil && x.Start.Term != nil && x.Start.Term.Type == gojq.TermTypeFunc && x.Start.Term.Func.Name == prefix+"name":
		return nil, false
	}
	return x.Start, true
}

// splitName puts the index at suffix i, and all before it, into parentheses, in
// which its name is looked up in the object to which it belongs.
func (r *rewriter) splitName(t *gojq.Term, i int, name *gojq.Query) {
	base := *t
	base.SuffixList = slices.Clone(t.SuffixList[:i])
	rest := t.SuffixList[i+1:]
	found := &gojq.Query{Term: &gojq.Term{Type: gojq.TermTypeIndex, Index: &gojq.Index{Start: call("name", name)}}}
	if !isConstant(name) {
		// A computed name reads the input of the whole term, not the object.
		const wanted = "$" + prefix + "name"
		found.Term.Index.Start = call("name", variable(wanted))
		t.Query = &gojq.Query{Left: name, Patterns: []*gojq.Pattern{{Name: wanted}}, Op: gojq.OpPipe, Right: pipe(&gojq.Query{Term: &base}, found)}
	} else {
		t.Query = pipe(&gojq.Query{Term: &base}, found)
	}
	if len(rest) > 0 && rest[0].Optional {
		found.Term.SuffixList, rest = rest[:1], rest[1:]
	}
	*t = gojq.Term{Type: gojq.TermTypeQuery, Query: t.Query, SuffixList: rest}
}

func isConstant(q *gojq.Query) bool { return isPlain(gojq.OpEq, q) }

// splitIter counts the memory of an iteration before it starts.
func (r *rewriter) splitIter(t *gojq.Term, i int) {
	base := *t
	base.SuffixList = slices.Clone(t.SuffixList[:i])
	*t = gojq.Term{Type: gojq.TermTypeQuery, Query: pipe(&gojq.Query{Term: &base}, call("iterated")), SuffixList: t.SuffixList[i:]}
}

func (r *rewriter) object(o *gojq.Object) {
	for _, member := range o.KeyVals {
		r.text(member.KeyString)
		r.query(member.KeyQuery)
		r.query(member.Val)
	}
}

// array counts the elements that a list collects, unless the program itself
// bounds them.
func (r *rewriter) array(a *gojq.Array) {
	if a.Query == nil {
		return
	}
	fixed := isFixed(a.Query)
	r.query(a.Query)
	if fixed {
		return
	}
	const count = "$" + prefix + "count"
	a.Query = &gojq.Query{
		Left: call("counter"), Patterns: []*gojq.Pattern{{Name: count}}, Op: gojq.OpPipe,
		Right: pipe(a.Query, call("element", variable(count))),
	}
}

// isFixed reports whether a query yields one value for each of its commas.
func isFixed(q *gojq.Query) bool {
	if q.Term == nil {
		return q.Op == gojq.OpComma && isFixed(q.Left) && isFixed(q.Right)
	}
	if slices.ContainsFunc(q.Term.SuffixList, func(s *gojq.Suffix) bool { return s.Iter || s.Index != nil && s.Index.Name == "" }) || len(q.FuncDefs) > 0 {
		return false
	}
	switch q.Term.Type {
	case gojq.TermTypeIdentity, gojq.TermTypeNull, gojq.TermTypeTrue, gojq.TermTypeFalse, gojq.TermTypeNumber:
		return true
	case gojq.TermTypeIndex:
		return q.Term.Index.Name != ""
	case gojq.TermTypeFunc:
		return q.Term.Func.Name[0] == '$'
	case gojq.TermTypeString:
		return q.Term.Str.Queries == nil
	}
	return false
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
	*t = gojq.Term{Type: gojq.TermTypeQuery, Query: pipe(call("sized"), format), SuffixList: t.SuffixList}
}

// call rewrites the call of a function.
func (r *rewriter) call(t *gojq.Term) {
	f := t.Func
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
	case name == "error/1":
		f.Args[0] = pipe(f.Args[0], call("sized"))
	case name == "has/1" && r.headers:
		f.Args[0] = call("name", f.Args[0])
	case r.replaces(name):
		r.collectPattern(f)
		r.used[name] = true
		f.Name = prefix + f.Name
	}
}

// use returns a call of a function of the prelude.
func (r *rewriter) use(name string, args ...*gojq.Query) *gojq.Query {
	r.used[key(name, len(args))] = true
	return call(name, args...)
}

func call(name string, args ...*gojq.Query) *gojq.Query {
	return &gojq.Query{Term: &gojq.Term{Type: gojq.TermTypeFunc, Func: &gojq.Func{Name: prefix + name, Args: args}}}
}

func variable(name string) *gojq.Query {
	return &gojq.Query{Term: &gojq.Term{Type: gojq.TermTypeFunc, Func: &gojq.Func{Name: name}}}
}

func text(s string) *gojq.Query {
	return &gojq.Query{Term: &gojq.Term{Type: gojq.TermTypeString, Str: &gojq.String{Str: s}}}
}

func identity() *gojq.Query { return &gojq.Query{Term: &gojq.Term{Type: gojq.TermTypeIdentity}} }

func pipe(l, r *gojq.Query) *gojq.Query { return &gojq.Query{Left: l, Op: gojq.OpPipe, Right: r} }
