package body

import (
	"fmt"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/webhook-gateway/gateway/internal/value"
)

// MaxParameters is how many parameters a query or form may have, and how many
// parts a multipart body.
const MaxParameters = 1000

// ParseQuery reads the query of a URL, without its question mark, into nested
// values whose leaves are strings. It does what version 6.17 of the npm package
// qs does with allowDots on and its other options as they are by default:
//
//	a=1&b=2                  {"a":"1","b":"2"}
//	a[b]=1, a.b=1, a%5Bb%5D=1  {"a":{"b":"1"}}
//	a=1&a=2, a[]=1&a[]=2     {"a":["1","2"]}
//	a[0]=x&a[1]=y            {"a":["x","y"]}
//	query[0].a=1             {"query":[{"a":"1"}]}
//	a=1&a[b]=2               {"a":["1",{"b":"2"}]}
//	a+b=1%202&c              {"a b":"1 2","c":""}
//
// The less obvious of its rules:
//
//   - The items of an array keep the order of their indexes, and gaps close. An
//     index of 20 or more, or more than 20 items, makes it an object whose names
//     are the indexes.
//   - A name nests at most 5 levels below its first part, or Limits.Depth if
//     that is less; what goes deeper stays together as one name: with 5 levels
//     a[b][c][d][e][f][g]=1 has the innermost name "[g]".
//   - A name that every JavaScript object has, such as __proto__, constructor or
//     toString, drops its parameter, as does an empty name.
//   - Text whose percent escapes are not UTF-8 stays as it stands, escapes and
//     all, but for plus signs, which are spaces.
//
// It differs from qs in two points: more than [MaxParameters] parameters are an
// error instead of being cut off, and bytes that are not UTF-8 become U+FFFD.
//
// Every error is a [*value.SyntaxError].
func ParseQuery(raw string, lim value.Limits) (map[string]any, error) {
	tree := newQueryTree(lim)
	for start, count := 0, 1; start < len(raw); count++ {
		if count > MaxParameters {
			return nil, value.NewSyntaxError([]byte(raw), int64(start), "",
				fmt.Sprintf("too many parameters; at most %d are accepted", MaxParameters))
		}
		part := raw[start:]
		if end := strings.IndexByte(part, '&'); end >= 0 {
			part = part[:end]
		}
		name, text := cutParameter(unescapeBrackets(toUTF8(part)))
		tree.add(unescape(name), unescape(text))
		start += len(part) + len("&")
	}
	return tree.build(), nil
}

// ParseForm reads a body of the type application/x-www-form-urlencoded as
// [ParseQuery] reads a query.
func ParseForm(body []byte, lim value.Limits) (map[string]any, error) {
	return ParseQuery(string(body), lim)
}

// cutParameter splits a parameter at the equals sign that ends its name: the
// first one that follows a bracket, as names in brackets may have their own,
// else the first.
func cutParameter(part string) (name, text string) {
	if at := strings.Index(part, "]="); at >= 0 {
		return part[:at+1], part[at+2:]
	}
	name, text, _ = strings.Cut(part, "=")
	return name, text
}

// unescapeBrackets makes brackets of their escapes, which are as good as the
// brackets themselves.
func unescapeBrackets(part string) string {
	if !strings.Contains(part, "%5") {
		return part
	}
	return strings.NewReplacer("%5B", "[", "%5b", "[", "%5D", "]", "%5d", "]").Replace(part)
}

func toUTF8(text string) string {
	return strings.ToValidUTF8(text, string(utf8.RuneError))
}

func unescape(text string) string {
	text = strings.ReplaceAll(text, "+", " ")
	if strings.IndexByte(text, '%') < 0 {
		return text
	}
	plain, err := url.PathUnescape(text)
	if err != nil || !utf8.ValidString(plain) {
		return text
	}
	return plain
}

// queryTree collects parameters by name and then nests them.
type queryTree struct {
	depth int
	names []string
	nodes map[string]*node
}

func newQueryTree(lim value.Limits) *queryTree {
	return &queryTree{depth: min(maxQueryDepth, lim.Effective()), nodes: map[string]*node{}}
}

// add takes one parameter. Those with the same name become a list.
func (t *queryTree) add(name string, leaf any) {
	if before, ok := t.nodes[name]; ok {
		t.nodes[name] = before.combine(newLeaf(leaf))
		return
	}
	t.names = append(t.names, name)
	t.nodes[name] = newLeaf(leaf)
}

func (t *queryTree) build() map[string]any {
	root := newObject()
	sortNames(t.names)
	for _, name := range t.names {
		if segments := splitName(name, t.depth); len(segments) > 0 {
			root = root.merge(nest(segments, t.nodes[name]))
		}
	}
	members, _ := root.value().(map[string]any)
	return members
}
