package expr

import (
	"slices"
	"strings"

	"github.com/itchyny/gojq"

	"github.com/webhook-gateway/gateway/internal/value"
)

// jqReads returns the parts of its input that a jq program reads; nil for all. A
// program reads the value at a path if it does anything with it but follow it to a
// part of it. An error that quotes a value quotes one that the program reads.
func jqReads(q *gojq.Query) *value.Parts {
	r := &readParts{parts: value.NoParts()}
	r.readAll(r.query(q, places{{}}))
	if r.unknown {
		return nil
	}
	return r.parts
}

// readParts collects the parts of the input that a program reads.
type readParts struct {
	parts   *value.Parts
	unknown bool // the program has something that the analysis does not know
}

// place is a part of the input that a part of a program yields.
type place struct {
	path []value.Step
	used *bool // the program follows the place to a part of it, or reads it
}

// places are the parts of the input that a part of a program may yield. Values that
// the program computes are not among them: it has read all that they hold.
type places []*place

// maxPlaces bounds the work for a program whose values branch again and again.
const maxPlaces = 64

// readAll adds the values at places to those that the program reads.
func (r *readParts) readAll(at places) {
	for _, p := range at {
		p.markUsed()
		r.parts = r.parts.With(p.path...)
	}
}

func (p *place) markUsed() {
	if p.used != nil {
		*p.used = true
	}
}

// follow returns the places one step below others.
func (r *readParts) follow(at places, step value.Step) places {
	if len(at) > maxPlaces {
		r.readAll(at)
		return nil
	}
	out := make(places, 0, len(at))
	for _, p := range at {
		p.markUsed()
		path := append(slices.Clip(p.path), step)
		out = append(out, &place{path, new(bool)})
	}
	return out
}

// join returns the places of two lists, each once. Many places are read instead.
func (r *readParts) join(a, b places) places {
	out := slices.Clone(a)
	for _, p := range b {
		if !slices.Contains(out, p) {
			out = append(out, p)
		}
	}
	if len(out) > maxPlaces {
		r.readAll(out)
		return nil
	}
	return out
}

// query analyses a program that runs on values at places.
func (r *readParts) query(q *gojq.Query, in places) places {
	switch {
	case q == nil:
		return nil
	case len(q.FuncDefs) > 0 || len(q.Imports) > 0 || q.Meta != nil:
		r.unknown = true
		return nil
	case q.Term != nil:
		return r.term(q.Term, in)
	}
	switch q.Op {
	case gojq.OpPipe:
		return r.pipe(q, in)
	case gojq.OpComma, gojq.OpAlt:
		return r.join(r.query(q.Left, in), r.query(q.Right, in))
	case gojq.OpAdd, gojq.OpSub, gojq.OpMul, gojq.OpDiv, gojq.OpMod, gojq.OpEq, gojq.OpNe, gojq.OpGt, gojq.OpLt, gojq.OpGe, gojq.OpLe, gojq.OpAnd, gojq.OpOr:
		r.readAll(r.query(q.Left, in))
		r.readAll(r.query(q.Right, in))
		return nil
	}
	r.readAll(in) // an assignment yields the input
	return nil
}

// pipe analyses "left | right" and "left as $x | right".
func (r *readParts) pipe(q *gojq.Query, in places) places {
	left := r.query(q.Left, in)
	if len(q.Patterns) == 0 {
		right := r.query(q.Right, left)
		for _, p := range left {
			if p.used != nil && !*p.used && !slices.Contains(right, p) {
				r.readAll(places{p}) // "left" may fail
			}
		}
		return right
	}
	r.readAll(left)
	r.patterns(q.Patterns, in)
	return r.query(q.Right, in)
}

// patterns analyses what a value is taken apart with: only names of variables read
// nothing.
func (r *readParts) patterns(list []*gojq.Pattern, in places) {
	for _, p := range list {
		if p.Name == "" {
			r.readAll(in)
		}
	}
}

// term analyses a term with its suffixes.
func (r *readParts) term(t *gojq.Term, in places) places {
	out := r.simpleTerm(t, in)
	for _, s := range t.SuffixList {
		switch {
		case s.Index != nil:
			out = r.index(s.Index, out, in)
		case s.Iter:
			out = r.follow(out, value.Step{Elements: true})
		}
	}
	return out
}

func (r *readParts) simpleTerm(t *gojq.Term, in places) places {
	switch t.Type {
	case gojq.TermTypeIdentity:
		return in
	case gojq.TermTypeIndex:
		return r.index(t.Index, in, in)
	case gojq.TermTypeQuery:
		return r.query(t.Query, in)
	case gojq.TermTypeLabel:
		return r.query(t.Label.Body, in)
	case gojq.TermTypeIf:
		return r.condition(t.If, in)
	case gojq.TermTypeTry:
		r.readAll(r.query(t.Try.Catch, nil))
		return r.query(t.Try.Body, in)
	case gojq.TermTypeArray:
		r.readAll(r.query(t.Array.Query, in))
	case gojq.TermTypeObject:
		r.object(t.Object, in)
	case gojq.TermTypeUnary:
		r.readAll(r.term(t.Unary.Term, in))
	case gojq.TermTypeString:
		r.text(t.Str, in)
	case gojq.TermTypeReduce:
		r.loop(t.Reduce.Query, t.Reduce.Start, t.Reduce.Patterns, in)
		r.readAll(r.query(t.Reduce.Update, nil))
	case gojq.TermTypeForeach:
		r.loop(t.Foreach.Query, t.Foreach.Start, t.Foreach.Patterns, in)
		r.readAll(r.query(t.Foreach.Update, nil))
		r.readAll(r.query(t.Foreach.Extract, nil))
	case gojq.TermTypeNull, gojq.TermTypeTrue, gojq.TermTypeFalse, gojq.TermTypeNumber, gojq.TermTypeBreak:
	case gojq.TermTypeFormat:
		if t.Str == nil {
			r.readAll(in)
		} else {
			r.text(t.Str, in)
		}
	case gojq.TermTypeFunc:
		if !strings.HasPrefix(t.Func.Name, "$") {
			r.readAll(in) // and with it what the arguments read
		}
	default: // such as .., which yields all
		r.readAll(in)
	}
	return nil
}

// loop analyses the source and the start of a reduce or foreach.
func (r *readParts) loop(source, start *gojq.Query, patterns []*gojq.Pattern, in places) {
	r.readAll(r.query(source, in))
	r.readAll(r.query(start, in))
	r.patterns(patterns, in)
}

func (r *readParts) condition(t *gojq.If, in places) places {
	r.readAll(r.query(t.Cond, in))
	out := r.query(t.Then, in)
	for _, e := range t.Elif {
		r.readAll(r.query(e.Cond, in))
		out = r.join(out, r.query(e.Then, in))
	}
	if t.Else == nil {
		return r.join(out, in)
	}
	return r.join(out, r.query(t.Else, in))
}

func (r *readParts) object(o *gojq.Object, in places) {
	for _, kv := range o.KeyVals {
		r.readAll(r.query(kv.KeyQuery, in))
		if kv.KeyString != nil {
			r.text(kv.KeyString, in)
		}
		switch {
		case kv.Val != nil:
			r.readAll(r.query(kv.Val, in))
		case kv.Key != "" && !strings.HasPrefix(kv.Key, "$"):
			r.readAll(r.follow(in, value.Step{Name: kv.Key}))
		case kv.KeyString != nil && len(kv.KeyString.Queries) == 0:
			r.readAll(r.follow(in, value.Step{Name: kv.KeyString.Str}))
		case kv.Key == "":
			r.readAll(in)
		}
	}
}

// text analyses what a text holds of values.
func (r *readParts) text(s *gojq.String, in places) {
	for _, q := range s.Queries {
		r.readAll(r.query(q, in))
	}
}

// index analyses .name, ."name", .[…] and .[…:…] of values at places.
func (r *readParts) index(x *gojq.Index, of, in places) places {
	name, fixed := x.Name, x.Name != ""
	str := x.Str
	if str == nil && !x.IsSlice && x.Start != nil && x.Start.Term != nil && x.Start.Term.Type == gojq.TermTypeString && len(x.Start.Term.SuffixList) == 0 {
		str = x.Start.Term.Str
	}
	if str != nil && len(str.Queries) == 0 {
		name, fixed = str.Str, true
	}
	if fixed {
		return r.follow(of, value.Step{Name: name})
	}
	if x.Str != nil {
		r.text(x.Str, in)
	}
	r.readAll(r.query(x.Start, in))
	r.readAll(r.query(x.End, in))
	r.readAll(of)
	return nil
}
