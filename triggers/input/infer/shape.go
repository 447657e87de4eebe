package infer

import (
	"encoding/json"
	"regexp"
	"slices"

	"golang.org/x/text/unicode/norm"

	"github.com/webhook-gateway/gateway/internal/value"
	"github.com/webhook-gateway/gateway/triggers/input"
)

// The bounds of the types that are written. What is beyond them is any.
const (
	// MaxTypeDepth is the number of levels of a type.
	MaxTypeDepth = 12
	// MaxMembers is the number of members of an object of a type.
	MaxMembers = 200
)

// given is a value of a place in one sample.
type given struct {
	value  any // not nil
	format input.Format
}

// place is what the samples have at one place.
type place struct {
	values   []given
	nulls    int // samples in which it is null or, in a form, empty
	expected int // samples that have what is around it
}

// isOptional reports whether a sample lacks the value.
func (p *place) isOptional() bool { return len(p.values) < p.expected }

// add records the value of one sample. present is false if it is missing.
func (p *place) add(v any, present bool, format input.Format) {
	p.expected++
	switch {
	case !present:
	case v == nil:
		p.nulls++
	default:
		p.values = append(p.values, given{v, format})
	}
}

// shape is the type of a place.
type shape struct {
	name    string // string, number, bool, any, list, map, object
	elem    *shape
	members []member
}

type member struct {
	name     string
	shape    shape
	optional bool
}

func scalar(name string) shape { return shape{name: name} }

// builder makes shapes of values.
type builder struct{ order order }

// shapeOf returns the type of all values.
func (b *builder) shapeOf(values []given, depth int) shape {
	if len(values) == 0 || depth > MaxTypeDepth {
		return scalar("any")
	}
	values = wrapSingles(values)
	switch kind := commonKind(values); kind {
	case "list":
		return b.listOf(values, depth)
	case "object":
		return b.objectOf(values, depth)
	default:
		return scalar(kind)
	}
}

// wrapSingles makes a list of each single value if there are lists, in formats
// that can't tell the two apart.
func wrapSingles(values []given) []given {
	isList := func(g given) bool { _, ok := g.value.([]any); return ok }
	if !slices.ContainsFunc(values, isList) {
		return values
	}
	out := slices.Clone(values)
	for i, g := range out {
		if g.format != input.FormatJSON && !isList(g) {
			out[i].value = []any{g.value}
		}
	}
	return out
}

// commonKind returns the name of the type that all values have, any if they
// differ.
func commonKind(values []given) string {
	kind := ""
	for _, g := range values {
		k := kindOf(g)
		if kind != "" && kind != k {
			return textKind(values)
		}
		kind = k
	}
	return kind
}

// textKind returns the type of values of several kinds: text that spells a number
// is one also where another sample has a JSON number.
func textKind(values []given) string {
	fits := func(is func(given) bool) bool {
		return !slices.ContainsFunc(values, func(g given) bool { return !is(g) })
	}
	switch {
	case fits(func(g given) bool { _, ok := g.value.(string); return ok }):
		return "string"
	case fits(isNumber):
		return "number"
	case fits(isBool):
		return "bool"
	}
	return "any"
}

func isNumber(g given) bool {
	text, isText := g.value.(string)
	_, ok := g.value.(json.Number)
	return ok || isText && g.format != input.FormatJSON && input.SpellsNumber(text)
}

func isBool(g given) bool {
	_, ok := g.value.(bool)
	return ok || g.format != input.FormatJSON && (g.value == "true" || g.value == "false")
}

// maxDigits is the length up to which a text of digits is read as a number. Longer
// ones are ids, phone numbers and cards.
const maxDigits = 9

func kindOf(g given) string {
	switch v := g.value.(type) {
	case bool:
		return "bool"
	case json.Number:
		return "number"
	case string:
		switch {
		case isBool(g):
			return "bool"
		case len(v) <= maxDigits && isNumber(g):
			return "number"
		}
		return "string"
	case []any:
		return "list"
	}
	return "object"
}

func (b *builder) listOf(values []given, depth int) shape {
	var elements []given
	for _, g := range values {
		for _, e := range g.value.([]any) { //nolint:forcetypeassert // commonKind checked it
			if e == nil {
				return shape{name: "list", elem: &shape{name: "any"}}
			}
			elements = append(elements, given{e, g.format})
		}
	}
	elem := b.shapeOf(elements, depth+1)
	return shape{name: "list", elem: &elem}
}

func (b *builder) objectOf(values []given, depth int) shape {
	places, names := map[string]*place{}, []string{}
	for _, g := range values {
		for name := range g.value.(map[string]any) { //nolint:forcetypeassert // commonKind checked it
			if places[name] == nil {
				places[name] = &place{}
				names = append(names, name)
			}
		}
	}
	if len(names) == 0 || len(names) > MaxMembers || slices.ContainsFunc(names, isUnwritable) {
		return shape{name: "map", elem: &shape{name: "any"}}
	}
	for _, g := range values {
		members := g.value.(map[string]any) //nolint:forcetypeassert // as above
		for name, p := range places {
			v, present := members[name]
			p.add(v, present, g.format)
		}
	}
	if !slices.ContainsFunc(names, func(n string) bool { return !isKey(n) }) {
		return b.mapOf(places, names, depth)
	}
	b.order.sort(names)
	out := shape{name: "object"}
	for _, name := range names {
		p := places[name]
		out.members = append(out.members, member{name, b.shapeOf(p.values, depth+1), p.isOptional()})
	}
	return out
}

// mapOf returns the type of an object whose names are keys, such as ids.
func (b *builder) mapOf(places map[string]*place, names []string, depth int) shape {
	var values []given
	b.order.sort(names)
	for _, name := range names {
		if places[name].nulls > 0 {
			return shape{name: "map", elem: &shape{name: "any"}}
		}
		values = append(values, places[name].values...)
	}
	elem := b.shapeOf(values, depth+1)
	return shape{name: "map", elem: &elem}
}

var keyPattern = regexp.MustCompile(`^[0-9]+$`)

// isKey reports whether a name is a key of a table rather than that of a member.
func isKey(name string) bool {
	return keyPattern.MatchString(name) || input.HasFormat("uuid", name) || input.HasFormat("date", name) || input.HasFormat("email", name)
}

// isUnwritable reports whether a flow file can't hold a name: it would be
// normalized there.
func isUnwritable(name string) bool {
	_, err := value.Append(nil, name)
	return err != nil || !norm.NFC.IsNormalString(name)
}
