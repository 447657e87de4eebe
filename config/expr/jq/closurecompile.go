package jq

import (
	"encoding/json"
	"strings"

	"github.com/itchyny/gojq"
)

const (
	maxParts = 10_000 // parts of a program as a closure, in which each call of a function is a copy
	maxCalls = 64     // functions of a program that call each other; more are a recursion
)

// compiler makes closures of the parts of a program.
type compiler struct {
	slots   int    // variables
	parts   int    // parts compiled so far
	calls   int    // functions of the program around the part
	headers bool   // the program reads headers by name
	reason  string // why gojq has to run the program
}

// compileClosure returns a program as a closure, or nil and the reason why gojq
// has to run it.
func compileClosure(program string, variables []string) (*compiled, string, error) {
	q, err := gojq.Parse(program)
	if err != nil {
		return nil, "", err
	}
	c := &compiler{headers: strings.Contains(q.String(), "headers")}
	var s *scope
	for _, name := range variables {
		s = s.bind(name, c.newSlot())
	}
	if q.Meta != nil || len(q.Imports) > 0 {
		c.refuse("a module")
	}
	out := &compiled{program: c.query(q, s), headers: c.headers}
	out.slots = c.slots
	if c.reason != "" {
		return nil, c.reason, nil
	}
	return out, "", nil
}

func (c *compiler) newSlot() int {
	c.slots++
	return c.slots - 1
}

// refuse notes what closures can't do.
func (c *compiler) refuse(what string) closure {
	if c.reason == "" {
		c.reason = what
	}
	return constant(nil)
}

// query compiles a query. Its definitions are visible up to its end.
func (c *compiler) query(q *gojq.Query, s *scope) closure {
	if c.parts++; c.parts > maxParts {
		return c.refuse("its size")
	}
	if c.reason != "" {
		return constant(nil)
	}
	for _, def := range q.FuncDefs {
		s = s.define(def)
	}
	switch {
	case q.Term != nil:
		return c.term(q.Term, s)
	case q.Left == nil || q.Right == nil:
		return c.refuse("an empty query")
	case len(q.Patterns) > 0:
		return c.bind(q, s)
	}
	return c.operator(q, s)
}

func (c *compiler) operator(q *gojq.Query, s *scope) closure {
	switch op := q.Op; op {
	case gojq.OpPipe:
		return chain(c.query(q.Left, s), c.query(q.Right, s))
	case gojq.OpComma:
		return comma(c.query(q.Left, s), c.query(q.Right, s))
	case gojq.OpAlt:
		return alternative(c.query(q.Left, s), c.query(q.Right, s))
	case gojq.OpAnd:
		right := truth(c.query(q.Right, s))
		return choose(c.query(q.Left, s), right, constant(false))
	case gojq.OpOr:
		right := truth(c.query(q.Right, s))
		return choose(c.query(q.Left, s), constant(true), right)
	case gojq.OpAssign, gojq.OpModify, gojq.OpUpdateAdd, gojq.OpUpdateSub, gojq.OpUpdateMul, gojq.OpUpdateDiv, gojq.OpUpdateMod, gojq.OpUpdateAlt:
		return c.update(q, s)
	default:
		return arithmetic(op, c.query(q.Left, s), c.query(q.Right, s))
	}
}

// term compiles a term with its suffixes. An optional index or iteration hides
// its own errors only.
func (c *compiler) term(t *gojq.Term, s *scope) closure {
	out := c.termItself(t, s)
	for i := 0; i < len(t.SuffixList); i++ {
		suffix := t.SuffixList[i]
		switch optional := i+1 < len(t.SuffixList) && t.SuffixList[i+1].Optional; {
		case suffix.Optional:
			out = hideErrors(out)
		case optional && suffix.Index != nil && c.headers && suffix.Index.Start != nil && !isConstant(suffix.Index.Start):
			return c.refuse("an optional header")
		case optional:
			out = chain(out, hideErrors(c.suffix(identityClosure(), suffix, s)))
			i++
		default:
			out = c.suffix(out, suffix, s)
		}
	}
	return out
}

func (c *compiler) suffix(base closure, suffix *gojq.Suffix, s *scope) closure {
	if suffix.Iter {
		return chain(base, elements())
	}
	return c.index(base, suffix.Index, s)
}

func (c *compiler) termItself(t *gojq.Term, s *scope) closure {
	switch t.Type {
	case gojq.TermTypeIdentity:
		return identityClosure()
	case gojq.TermTypeRecurse:
		return c.call(&gojq.Func{Name: "recurse"}, s)
	case gojq.TermTypeNull:
		return constant(nil)
	case gojq.TermTypeTrue:
		return constant(true)
	case gojq.TermTypeFalse:
		return constant(false)
	case gojq.TermTypeNumber:
		return constant(parseNumber(json.Number(t.Number)))
	case gojq.TermTypeIndex:
		return c.index(identityClosure(), t.Index, s)
	case gojq.TermTypeObject:
		return c.object(t.Object, s)
	case gojq.TermTypeArray:
		return c.array(t.Array, s)
	case gojq.TermTypeString:
		return c.text(t.Str, textOf, s)
	case gojq.TermTypeFormat:
		return c.format(t, s)
	case gojq.TermTypeFunc:
		return c.call(t.Func, s)
	default:
		return c.control(t, s)
	}
}

func (c *compiler) control(t *gojq.Term, s *scope) closure {
	switch t.Type {
	case gojq.TermTypeQuery:
		return c.query(t.Query, s)
	case gojq.TermTypeUnary:
		return c.unary(t.Unary, s)
	case gojq.TermTypeIf:
		return c.condition(t.If.Cond, t.If.Then, t.If.Elif, t.If.Else, s)
	case gojq.TermTypeTry:
		if t.Try.Catch != nil && !isConstant(t.Try.Catch) {
			return c.refuse("catch")
		}
		return c.try(t.Try, s)
	case gojq.TermTypeReduce:
		return c.reduce(t.Reduce, s)
	case gojq.TermTypeForeach:
		return c.foreach(t.Foreach, s)
	}
	return c.refuse("a label")
}
