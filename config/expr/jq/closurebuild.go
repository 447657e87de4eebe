package jq

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/itchyny/gojq"
)

// array compiles a list of the values of a query.
func (c *compiler) array(a *gojq.Array, s *scope) closure {
	if a.Query == nil {
		return constant([]any{})
	}
	parts := c.commas(a.Query, s)
	if !slices.ContainsFunc(parts, func(p closure) bool { return p.one == nil }) {
		return fixedList(parts)
	}
	source := parts[0]
	for _, part := range parts[1:] {
		source = comma(source, part)
	}
	return collect(source)
}

// commas compiles the parts of a query of commas.
func (c *compiler) commas(q *gojq.Query, s *scope) []closure {
	if q.Op != gojq.OpComma || len(q.FuncDefs) > 0 {
		return []closure{c.query(q, s)}
	}
	return append(c.commas(q.Left, s), c.commas(q.Right, s)...)
}

// fixedList makes a list with a fixed number of elements.
func fixedList(parts []closure) closure {
	if isConstantList(parts) {
		values := make([]any, len(parts))
		for i, part := range parts {
			values[i] = part.value
		}
		return constant(values)
	}
	return closure{one: func(r *run, v any) (any, error) {
		r.charge(literalSize(len(parts)))
		out := make([]any, len(parts))
		for i, part := range parts {
			var err error
			if out[i], err = part.one(r, v); err != nil {
				return nil, err
			}
		}
		return out, nil
	}}
}

func isConstantList(parts []closure) bool {
	return !slices.ContainsFunc(parts, func(c closure) bool { return !c.constant })
}

// collect makes a list of all values.
func collect(source closure) closure {
	if source.each != nil {
		return source.each.collect()
	}
	return closure{one: func(r *run, v any) (any, error) {
		r.charge(listHead)
		out := []any{}
		err := source.all(r, v, func(w any) error {
			r.checkElements(len(out) + 1)
			r.charge(grownPlace + scalarSize(w))
			out = append(out, w)
			return nil
		})
		return out, err
	}}
}

// collect makes a list of the results of an iteration.
func (i iteration) collect() closure {
	return closure{one: func(r *run, v any) (any, error) {
		list, err := i.list.one(r, v)
		if err != nil {
			return nil, err
		}
		elements, ok := r.elementsOf(list)
		if !ok {
			return nil, errFailed
		}
		r.chargeList(len(elements), textHead)
		out := make([]any, len(elements))
		for at, element := range elements {
			r.tick()
			if out[at], err = i.then.one(r, element); err != nil {
				return nil, err
			}
		}
		return out, nil
	}}
}

// field is a member of an object that is built.
type field struct{ name, value closure }

// object compiles the construction of an object.
func (c *compiler) object(o *gojq.Object, s *scope) closure {
	fields := make([]field, len(o.KeyVals))
	for i, kv := range o.KeyVals {
		fields[i] = c.field(kv, s)
	}
	bytes := objectLiteralSize(len(fields))
	switch {
	case slices.ContainsFunc(fields, func(f field) bool { return !f.name.constant || f.value.one == nil }):
		return objects(fields, bytes)
	case slices.ContainsFunc(fields, func(f field) bool { _, ok := f.name.value.(string); return !ok }):
		return closure{one: func(*run, any) (any, error) { return nil, errFailed }}
	case slices.ContainsFunc(fields, func(f field) bool { return !f.value.constant }):
		return fixedObject(fields, bytes)
	}
	return constantObject(fields)
}

func (c *compiler) field(kv *gojq.ObjectKeyVal, s *scope) field {
	name, short := c.fieldName(kv, s)
	if kv.Val != nil {
		return field{name, c.query(kv.Val, s)}
	}
	return field{name, short}
}

// fieldName returns the name of a member, and the value of a member such as {a}
// or {$x} that is only a name.
func (c *compiler) fieldName(kv *gojq.ObjectKeyVal, s *scope) (name, short closure) {
	variable, isVariable := strings.CutPrefix(kv.Key, "$")
	switch {
	case isVariable && kv.Val != nil:
		return c.variable(kv.Key, s), closure{}
	case isVariable:
		return constant(variable), c.variable(kv.Key, s)
	case kv.Key != "":
		return constant(kv.Key), ownMember(kv.Key)
	case kv.KeyString != nil && kv.KeyString.Queries == nil:
		return constant(kv.KeyString.Str), ownMember(kv.KeyString.Str)
	case kv.KeyString != nil:
		if kv.Val == nil {
			c.refuse("a computed name without a value")
		}
		return c.text(kv.KeyString, textOf, s), closure{}
	}
	return c.query(kv.KeyQuery, s), closure{}
}

// ownMember returns a member by its exact name.
func ownMember(name string) closure {
	return closure{one: func(_ *run, v any) (any, error) {
		object, ok := v.(map[string]any)
		if !ok && v != nil {
			return nil, errFailed
		}
		return object[name], nil
	}}
}

func constantObject(fields []field) closure {
	out := make(map[string]any, len(fields))
	for _, f := range fields {
		out[f.name.value.(string)] = f.value.value
	}
	return constant(out)
}

// fixedObject makes an object with constant names and one value for each.
func fixedObject(fields []field, bytes int) closure {
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.name.value.(string)
	}
	return closure{one: func(r *run, v any) (any, error) {
		r.charge(bytes)
		out := make(map[string]any, len(fields))
		for i := range fields {
			w, err := fields[i].value.one(r, v)
			if err != nil {
				return nil, err
			}
			out[names[i]] = w
		}
		return out, nil
	}}
}

// objects makes an object for each combination of names and values. The last
// member changes first.
func objects(fields []field, bytes int) closure {
	build := func(r *run, v any, yield func(any) error) error {
		names, values := make([]any, len(fields)), make([]any, len(fields))
		var combine func(i int) error
		combine = func(i int) error {
			if i == len(fields) {
				return buildObject(r, names, values, bytes, yield)
			}
			return fields[i].name.all(r, v, func(name any) error {
				return fields[i].value.all(r, v, func(w any) error {
					names[i], values[i] = name, w
					return combine(i + 1)
				})
			})
		}
		return combine(0)
	}
	if slices.ContainsFunc(fields, func(f field) bool { return f.name.one == nil || f.value.one == nil }) {
		return closure{many: build}
	}
	return closure{one: func(r *run, v any) (out any, err error) {
		err = build(r, v, func(w any) error {
			out = w
			return nil
		})
		return out, err
	}}
}

func buildObject(r *run, names, values []any, bytes int, yield func(any) error) error {
	r.tick()
	r.charge(bytes)
	out := make(map[string]any, len(names))
	for i, name := range names {
		text, ok := name.(string)
		if !ok {
			return errFailed
		}
		out[text] = values[i]
	}
	return yield(out)
}

// text compiles a text, into which values are put as a function writes them.
func (c *compiler) text(t *gojq.String, write func(r *run, v any) any, s *scope) closure {
	if t.Queries == nil {
		return constant(t.Str)
	}
	if s.find("tostring/0") != nil || s.find("tojson/0") != nil {
		return c.refuse("another tostring") // gojq calls it
	}
	pieces := make([]closure, len(t.Queries))
	for i, q := range t.Queries {
		if pieces[i] = c.query(q, s); q.Term.Str == nil {
			pieces[i] = chain(pieces[i], applyTo(write))
		}
	}
	if len(pieces) == 0 || slices.ContainsFunc(pieces, func(p closure) bool { return p.one == nil }) {
		return c.refuse("several texts")
	}
	return closure{one: func(r *run, v any) (any, error) { return r.joinPieces(pieces, v) }}
}

func (r *run) joinPieces(pieces []closure, v any) (any, error) {
	var few [8]string
	texts, size := few[:0], 0
	for _, piece := range pieces {
		w, err := piece.one(r, v)
		if err != nil {
			return nil, err
		}
		text := w.(string)
		texts, size = append(texts, text), size+len(text)
	}
	r.chargeText(size)
	return strings.Join(texts, ""), nil
}

// textOf returns a text unchanged, and the JSON of another value.
func textOf(r *run, v any) any {
	if s, ok := v.(string); ok {
		r.checkText(len(s))
		return v
	}
	switch v := v.(type) {
	case int:
		r.charge(textSize(digits(v)))
		return strconv.Itoa(v)
	case json.Number:
		r.checkText(len(v))
		r.charge(textHead)
		return string(v)
	}
	return jsonOf(r, v)
}

// jsonOf returns the JSON of a value.
func jsonOf(r *run, v any) any {
	text, err := gojq.Marshal(r.sized(v))
	if err != nil {
		return err
	}
	return string(text)
}

func (c *compiler) format(t *gojq.Term, s *scope) closure {
	write := formatOf(t.Format)
	if write == nil || s.find("tostring/0") != nil || s.find("tojson/0") != nil {
		return c.refuse(t.Format)
	}
	if t.Str == nil {
		return applyTo(write)
	}
	return c.text(t.Str, write, s)
}
