package value

import "maps"

// Parts says which parts of a value are needed; nil says all of it. Where a value is
// not of the kind that the parts are of, all of it is needed: an error that quotes it
// quotes all.
type Parts struct {
	// Members are the needed members of an object, by name. A nil map needs all.
	Members map[string]*Parts
	// Elements are the needed parts of each element of an array. Nil needs all.
	Elements *Parts
}

// NoParts returns the parts of an object of which no member is needed.
func NoParts() *Parts { return &Parts{Members: map[string]*Parts{}} }

// Step leads from a value to a part of it: a member, or each of the elements.
type Step struct {
	Name     string
	Elements bool
}

// partsAt returns the parts of which only the value at a path is needed.
func partsAt(path []Step) *Parts {
	switch {
	case len(path) == 0:
		return nil
	case path[0].Elements:
		inner := partsAt(path[1:])
		if inner == nil {
			return nil
		}
		return &Parts{Elements: inner}
	}
	return &Parts{Members: map[string]*Parts{path[0].Name: partsAt(path[1:])}}
}

// With returns the parts together with the value at a path.
func (p *Parts) With(path ...Step) *Parts { return p.Join(partsAt(path)) }

// Join returns the parts that p or q need. Parts of an object and parts of an array
// need the whole value: nobody knows which it is.
func (p *Parts) Join(q *Parts) *Parts {
	if p == nil || q == nil || (p.Members == nil) != (q.Members == nil) {
		return nil
	}
	if p.Members == nil {
		inner := p.Elements.Join(q.Elements)
		if inner == nil {
			return nil
		}
		return &Parts{Elements: inner}
	}
	out := &Parts{Members: maps.Clone(p.Members)}
	for name, part := range q.Members {
		if known, ok := out.Members[name]; ok {
			part = known.Join(part)
		}
		out.Members[name] = part
	}
	return out
}

// member returns the needed parts of a member, and whether any is needed.
func (p *Parts) member(name string) (*Parts, bool) {
	if p == nil || p.Members == nil {
		return nil, true
	}
	inner, needed := p.Members[name]
	return inner, needed
}

func (p *Parts) elements() *Parts {
	if p == nil {
		return nil
	}
	return p.Elements
}
