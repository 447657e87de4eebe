package jq

import (
	"strings"

	"github.com/itchyny/gojq"
)

// allPatterns rewrites the patterns of a destructuring, such as {a: [$x]}.
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
		if r.headers {
			p.Object = findHeaderNames(p.Object)
		}
	}
}

// findHeaderNames returns a pattern that looks its names up as those of header
// fields. {$host: P} becomes two members, because only a constant name can be a
// variable too.
func findHeaderNames(list []*gojq.PatternObject) []*gojq.PatternObject {
	var out []*gojq.PatternObject
	for _, member := range list {
		name := call("name", keyOfPattern(member))
		if strings.HasPrefix(member.Key, "$") {
			out = append(out, &gojq.PatternObject{KeyQuery: name, Val: &gojq.Pattern{Name: member.Key}})
		}
		if member.Val != nil {
			out = append(out, &gojq.PatternObject{KeyQuery: name, Val: member.Val})
		}
	}
	return out
}

// keyOfPattern returns the query of a name in a pattern.
func keyOfPattern(member *gojq.PatternObject) *gojq.Query {
	switch {
	case member.Key != "":
		return text(strings.TrimPrefix(member.Key, "$"))
	case member.KeyString != nil:
		return &gojq.Query{Term: &gojq.Term{Type: gojq.TermTypeString, Str: member.KeyString}}
	}
	return member.KeyQuery
}
