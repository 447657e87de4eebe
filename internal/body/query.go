package body

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/webhook-gateway/gateway/internal/value"
)

// MaxParameters is the maximum number of parameters of a query or form, and of
// parts of a multipart body.
const MaxParameters = 1000

// ParseQuery reads the query of a URL, without its question mark, into nested
// values whose leaves are strings. It follows the defaults of version 6.17 of the
// npm package qs:
//
//	a=1&b=2                  {"a":"1","b":"2"}
//	a[b]=1, a%5Bb%5D=1       {"a":{"b":"1"}}
//	a.b=1                    {"a.b":"1"}
//	a=1&a=2, a[]=1&a[]=2     {"a":["1","2"]}
//	a[0]=x&a[1]=y            {"a":["x","y"]}
//	query[0][a]=1            {"query":[{"a":"1"}]}
//	a=1&a[b]=2               {"a":["1",{"b":"2"}]}
//	a+b=1%202&c              {"a b":"1 2","c":""}
//
// The less obvious rules:
//
//   - The items of an array are in the order of their indexes, without gaps.
//   - A name nests at most 5 levels below its first part, or Limits.Depth if
//     that is less. Deeper parts stay together as one name: with 5 levels the
//     innermost name of a[b][c][d][e][f][g]=1 is "[g]".
//   - A parameter with an empty name is dropped.
//   - A percent sign that begins no escape leaves the text as it is, with all of
//     its escapes. Its plus signs still become spaces.
//   - Text that is not UTF-8 has the encoding that the parameter _charset_ names
//     (as browsers send it), or else the parameter charset (as PayPal does).
//     Without such a name it is an error.
//
// It differs from qs in three ways: an array has any number of items, where qs
// makes objects of arrays beyond 20 items, and only an index above
// [MaxParameters] is the name of a member; names such as constructor, which each
// object of JavaScript has, are not dropped; and more than [MaxParameters]
// parameters are an error.
//
// Each error is a [*value.SyntaxError].
func ParseQuery(raw string, lim value.Limits) (map[string]any, error) {
	return parseParameters(raw, Charset{}, lim)
}

// ParseForm reads a body of the type application/x-www-form-urlencoded as
// [ParseQuery] reads a query. charset is the encoding that its content type
// names. A byte order mark is skipped.
func ParseForm(body []byte, charset Charset, lim value.Limits) (map[string]any, error) {
	return parseParameters(string(body), charset, lim)
}

// parameter is a parameter whose escapes are resolved.
type parameter struct {
	name, text string
	offset     int
}

func parseParameters(raw string, charset Charset, lim value.Limits) (map[string]any, error) {
	parameters, err := splitParameters(raw)
	if err != nil {
		return nil, err
	}
	if charset, err = chooseCharset(raw, parameters, charset); err != nil {
		return nil, err
	}
	tree := newParameterTree(lim)
	for _, p := range parameters {
		tree.addParameter(charset.decodeString(p.name), charset.decodeString(p.text))
	}
	return tree.buildValue(), nil
}

func splitParameters(raw string) ([]parameter, error) {
	var parameters []parameter
	for start, count := len(raw)-len(strings.TrimPrefix(raw, byteOrderMark)), 1; start < len(raw); count++ {
		if count > MaxParameters {
			return nil, value.NewSyntaxError([]byte(raw), int64(start), "",
				fmt.Sprintf("too many parameters; at most %d are accepted", MaxParameters))
		}
		part := raw[start:]
		if end := strings.IndexByte(part, '&'); end >= 0 {
			part = part[:end]
		}
		name, text := cutParameter(unescapeBrackets(part))
		parameters = append(parameters, parameter{unescapeText(name), unescapeText(text), start})
		start += len(part) + len("&")
	}
	return parameters, nil
}

// chooseCharset returns the encoding of the parameters: the one that the sender
// named beside them, UTF-8 if they are UTF-8, or the one that a parameter names.
func chooseCharset(raw string, parameters []parameter, named Charset) (Charset, error) {
	if !named.IsUTF8() {
		return named, nil
	}
	wrong := slices.IndexFunc(parameters, func(p parameter) bool {
		return !utf8.ValidString(p.name) || !utf8.ValidString(p.text)
	})
	if wrong < 0 {
		return Charset{}, nil
	}
	for _, name := range []string{"_charset_", "charset"} {
		at := slices.IndexFunc(parameters, func(p parameter) bool { return p.name == name })
		if at < 0 {
			continue
		}
		if found, known := FindCharset(parameters[at].text); known && !found.IsUTF8() {
			return found, nil
		}
	}
	return Charset{}, value.NewSyntaxError([]byte(raw), int64(parameters[wrong].offset), "",
		"text that is not UTF-8; name its character encoding as charset of the Content-Type or in a parameter _charset_")
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
	if err != nil {
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
