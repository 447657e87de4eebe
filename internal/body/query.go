package body

import (
	"fmt"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/webhook-gateway/gateway/internal/value"
)

// MaxParameters is the maximum number of parameters of a query or form, and of
// parts of a multipart body.
const MaxParameters = 1000

// ParseQuery reads the query of a URL, without its question mark, into nested
// values whose leaves are strings. It follows version 6.17 of the npm package qs
// with the option allowDots and the defaults of all other options:
//
//	a=1&b=2                  {"a":"1","b":"2"}
//	a[b]=1, a.b=1, a%5Bb%5D=1  {"a":{"b":"1"}}
//	a=1&a=2, a[]=1&a[]=2     {"a":["1","2"]}
//	a[0]=x&a[1]=y            {"a":["x","y"]}
//	query[0].a=1             {"query":[{"a":"1"}]}
//	a=1&a[b]=2               {"a":["1",{"b":"2"}]}
//	a+b=1%202&c              {"a b":"1 2","c":""}
//
// The less obvious rules:
//
//   - The items of an array are in the order of their indexes, without gaps. An
//     array with an index of 20 or more, or with more than 20 items, becomes an
//     object whose names are the indexes.
//   - A name nests at most 5 levels below its first part, or Limits.Depth if
//     that is less. Deeper parts stay together as one name: with 5 levels the
//     innermost name of a[b][c][d][e][f][g]=1 is "[g]".
//   - A parameter is dropped if its name is empty or is a property of each
//     JavaScript object, such as __proto__, constructor or toString.
//   - Text whose percent escapes are not UTF-8 keeps its escapes. Its plus signs
//     still become spaces.
//
// It differs from qs in two ways: more than [MaxParameters] parameters are an
// error, and bytes that are not UTF-8 become U+FFFD.
//
// Each error is a [*value.SyntaxError].
func ParseQuery(raw string, lim value.Limits) (map[string]any, error) {
	tree := newParameterTree(lim)
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
		tree.addParameter(unescapeText(name), unescapeText(text))
		start += len(part) + len("&")
	}
	return tree.buildValue(), nil
}

// ParseForm reads a body of the type application/x-www-form-urlencoded as
// [ParseQuery] reads a query.
func ParseForm(body []byte, lim value.Limits) (map[string]any, error) {
	return ParseQuery(string(body), lim)
}

// cutParameter splits a parameter at the equals sign that ends its name: the
// first one after a closing bracket, because a name in brackets may hold an
// equals sign, or the first one if there are no brackets.
func cutParameter(part string) (name, text string) {
	if at := strings.Index(part, "]="); at >= 0 {
		return part[:at+1], part[at+2:]
	}
	name, text, _ = strings.Cut(part, "=")
	return name, text
}

// unescapeBrackets replaces the escapes of brackets, which have the meaning of
// brackets.
func unescapeBrackets(part string) string {
	if !strings.Contains(part, "%5") {
		return part
	}
	return strings.NewReplacer("%5B", "[", "%5b", "[", "%5D", "]", "%5d", "]").Replace(part)
}

func toUTF8(text string) string {
	return strings.ToValidUTF8(text, string(utf8.RuneError))
}

func unescapeText(text string) string {
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

// parameterTree collects parameters by name and nests them at the end.
type parameterTree struct {
	depth int
	names []string
	nodes map[string]*node
}

func newParameterTree(lim value.Limits) *parameterTree {
	return &parameterTree{depth: min(maxQueryDepth, lim.EffectiveDepth()), nodes: map[string]*node{}}
}

// addParameter adds a parameter. Parameters with the same name become a list.
func (t *parameterTree) addParameter(name string, leaf any) {
	if before, ok := t.nodes[name]; ok {
		t.nodes[name] = before.joinLists(newLeaf(leaf))
		return
	}
	t.names = append(t.names, name)
	t.nodes[name] = newLeaf(leaf)
}

func (t *parameterTree) buildValue() map[string]any {
	root := newObject()
	sortNames(t.names)
	for _, name := range t.names {
		if segments := splitName(name, t.depth); len(segments) > 0 {
			root = root.merge(nestNode(segments, t.nodes[name]))
		}
	}
	members, _ := root.buildValue().(map[string]any)
	return members
}
