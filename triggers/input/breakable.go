package input

import (
	"strings"

	"github.com/webhook-gateway/gateway/flow"
)

// Breakable lists the rules of the variable that a request can break. json says
// that the body may be JSON, in which a value can have each type.
func (v *Variable) Breakable(json bool) []flow.InputRule {
	if v.ofCall {
		return nil
	}
	var out []flow.InputRule
	add := func(name string, expected func(text string) bool) {
		out = append(out, flow.InputRule{Name: name, BrokenBy: func(f flow.Fault) bool {
			return f.In == v.faultPart() && f.Pointer == v.pointer() && !isMissing(f) && expected(f.Expected)
		}})
	}
	if !v.IsOptional() && v.From.Part != PartPath {
		out = append(out, flow.InputRule{Name: "required", BrokenBy: func(f flow.Fault) bool {
			return f.In == v.faultPart() && f.Pointer == v.pointer() && isMissing(f)
		}})
	}
	if v.canHaveOtherType(json) {
		out = append(out, flow.InputRule{Name: "type", BrokenBy: v.breaksType})
	}
	if len(v.rules.enum) > 0 {
		add("enum", equals(v.rules.enumText))
	}
	if v.rules.pattern != nil {
		add("pattern", equals(expectedPattern(v.rules.pattern)))
	}
	if v.rules.format != nil {
		add("format", equals(v.rules.format.name))
	}
	if v.rules.min != nil && (v.rules.min.number != "" || v.rules.min.count > 0) {
		add("min", beginsWith(expectedMin))
	}
	if v.rules.max != nil {
		add("max", beginsWith(expectedMax))
	}
	return out
}

// canHaveOtherType reports whether the value of a request may have a type that is
// not the declared one. Text has the type string.
func (v *Variable) canHaveOtherType(json bool) bool {
	fromJSON := v.From.Text != nil || json && v.From.Part == PartBody
	return v.Type.kind != kindAny && (v.Type.kind != kindString || fromJSON)
}

// breaksType reports whether a fault is one of the type: of the value itself, or of
// a value inside of it.
func (v *Variable) breaksType(f flow.Fault) bool {
	inside, isBelow := strings.CutPrefix(f.Pointer, v.pointer())
	if f.In != v.faultPart() || !isBelow {
		return false
	}
	if inside == "" {
		return !isMissing(f) && (f.Expected == v.Type.jsonName() || strings.HasPrefix(f.Detail, detailCount))
	}
	return inside[0] == '/' || inside[0] == '['
}

// pointer returns the place of the value as faults name it.
func (v *Variable) pointer() string { return formatPointer(v.faultPart(), v.From.place()) }

// faultPart returns the part of the request as faults name it.
func (v *Variable) faultPart() string {
	if v.From.Part == PartRaw {
		return PartBody
	}
	return v.From.Part
}

func equals(want string) func(string) bool { return func(text string) bool { return text == want } }

func beginsWith(prefix string) func(string) bool {
	return func(text string) bool { return strings.HasPrefix(text, prefix) }
}
