package input

import (
	"strconv"
	"strings"
)

// The parts of a request that values come from, as faults and expressions name
// them.
const (
	PartBody   = "body"
	PartHeader = "header"
	PartQuery  = "query"
	PartPath   = "path"
	PartInput  = "input" // of a flow that others call
)

// Step is one step from a value to one inside it: a member, or an element
// where Name is empty and IsIndex is set.
type Step struct {
	Name    string
	Index   int
	IsIndex bool
}

// Lookup returns what lies the steps below v, and whether it is there.
func Lookup(v any, steps []Step) (any, bool) {
	for _, s := range steps {
		var ok bool
		switch in := v.(type) {
		case map[string]any:
			v, ok = in[s.Name]
			ok = ok && !s.IsIndex
		case []any:
			if ok = s.IsIndex && s.Index < len(in); ok {
				v = in[s.Index]
			}
		}
		if !ok {
			return nil, false
		}
	}
	return v, true
}

// MaxPointer is how long the name of a place may get, in bytes. What is longer
// is cut to the value around it.
const MaxPointer = 1024

// pointer writes a place in a part of a request: a JSON pointer (RFC 6901) in
// the body, a[b][0] in the query as senders write it, and a name elsewhere.
func pointer(in string, steps []Step) string {
	var b strings.Builder
	for i, s := range steps {
		text := s.Name
		if s.IsIndex {
			text = strconv.Itoa(s.Index)
		}
		if b.Len()+2*len(text)+2 > MaxPointer {
			break
		}
		switch {
		case in == PartBody, in == PartInput:
			b.WriteByte('/')
			b.WriteString(escapePointer(text))
		case i == 0:
			b.WriteString(text)
		default:
			b.WriteString("[" + text + "]")
		}
	}
	return b.String()
}

func escapePointer(name string) string {
	if !strings.ContainsAny(name, "~/") {
		return name
	}
	return strings.NewReplacer("~", "~0", "/", "~1").Replace(name)
}
