package jq

import "github.com/itchyny/gojq"

// replace puts another query in the place of q, behind q's definitions.
func (r *rewriter) replace(q, by *gojq.Query) {
	*q = gojq.Query{Meta: q.Meta, Imports: q.Imports, FuncDefs: q.FuncDefs, Term: by.Term, Left: by.Left, Right: by.Right, Op: by.Op}
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
