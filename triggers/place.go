package triggers

import (
	"strconv"
	"strings"
)

// The parts of a request that values come from, as faults and expressions name
// them.
const (
	inBody   = "body"
	inHeader = "header"
	inQuery  = "query"
	inPath   = "path"
	inInput  = "input" // of a flow that others call
)

// step is one step from a value to one inside it: a member, or an element
// where name is empty and isIndex is set.
type step struct {
	name    string
	index   int
	isIndex bool
}

// walk returns what lies the steps below v, and whether it is there.
func walk(v any, steps []step) (any, bool) {
	for _, s := range steps {
		var ok bool
		switch in := v.(type) {
		case map[string]any:
			v, ok = in[s.name]
			ok = ok && !s.isIndex
		case []any:
			if ok = s.isIndex && s.index < len(in); ok {
				v = in[s.index]
			}
		}
		if !ok {
			return nil, false
		}
	}
	return v, true
}

// maxPointer is how long the name of a place may get, in bytes. What is longer
// is cut to the value around it.
const maxPointer = 1024

// pointer writes a place in a part of a request: a JSON pointer (RFC 6901) in
// the body, a[b][0] in the query as senders write it, and a name elsewhere.
func pointer(in string, steps []step) string {
	var b strings.Builder
	for i, s := range steps {
		text := s.name
		if s.isIndex {
			text = strconv.Itoa(s.index)
		}
		if b.Len()+2*len(text)+2 > maxPointer {
			break
		}
		switch {
		case in == inBody, in == inInput:
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
