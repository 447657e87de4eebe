package flowtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// abbreviation says how much of a long value a report shows.
type abbreviation struct {
	text, items, members int
	first                map[string]bool // members that are shown before others
}

// abbreviate shortens the JSON of a value to about maxShown bytes. It leaves out
// parts of texts, lists and objects, and says so in their place. Members whose names
// are in first stay longest.
func abbreviate(text string, first map[string]bool) string {
	if len(text) <= maxShown {
		return text
	}
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var v any
	if d.Decode(&v) != nil {
		return clip(text)
	}
	short := text
	for _, a := range []abbreviation{{120, 8, 12, first}, {60, 4, 8, first}, {30, 2, 4, first}, {20, 1, 2, first}} {
		var out strings.Builder
		a.write(&out, v)
		if short = out.String(); len(short) <= maxShown {
			return short
		}
	}
	return clip(short)
}

// write writes a value, until it is too long.
func (a *abbreviation) write(out *strings.Builder, v any) {
	if out.Len() > maxShown {
		return
	}
	switch v := v.(type) {
	case map[string]any:
		a.writeObject(out, v)
	case []any:
		a.writeList(out, v)
	case string:
		out.WriteString(quoteJSON(a.cut(v)))
	case nil:
		out.WriteString("null")
	default:
		fmt.Fprint(out, v)
	}
}

func (a *abbreviation) writeList(out *strings.Builder, list []any) {
	out.WriteByte('[')
	for i, item := range list[:min(len(list), a.items)] {
		separate(out, i)
		a.write(out, item)
	}
	out.WriteString(leftOut(len(list)-a.items) + "]")
}

func (a *abbreviation) writeObject(out *strings.Builder, object map[string]any) {
	names := slices.SortedFunc(maps.Keys(object), func(x, y string) int {
		if a.first[x] != a.first[y] {
			if a.first[x] {
				return -1
			}
			return 1
		}
		return strings.Compare(x, y)
	})
	out.WriteByte('{')
	for i, name := range names[:min(len(names), a.members)] {
		separate(out, i)
		out.WriteString(quoteJSON(a.cut(name)) + ":")
		a.write(out, object[name])
	}
	out.WriteString(leftOut(len(names)-a.members) + "}")
}

func separate(out *strings.Builder, i int) {
	if i > 0 {
		out.WriteByte(',')
	}
}

// leftOut says how many parts are not shown.
func leftOut(n int) string {
	if n <= 0 {
		return ""
	}
	return ", … " + strconv.Itoa(n) + " more"
}

// cut shortens a text.
func (a *abbreviation) cut(text string) string {
	if len(text) <= a.text {
		return text
	}
	return strings.ToValidUTF8(text[:a.text], "") + "…"
}

func quoteJSON(text string) string {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	_ = e.Encode(text) // a text has always JSON
	return strings.TrimSuffix(out.String(), "\n")
}

// memberNames returns the names of members that an expression reads.
func memberNames(e hclsyntax.Expression) map[string]bool {
	names := map[string]bool{}
	add := func(t hcl.Traversal) {
		for _, step := range t {
			switch s := step.(type) {
			case hcl.TraverseAttr:
				names[s.Name] = true
			case hcl.TraverseIndex:
				if s.Key.Type().FriendlyName() == "string" {
					names[s.Key.AsString()] = true
				}
			}
		}
	}
	_ = hclsyntax.VisitAll(e, func(n hclsyntax.Node) hcl.Diagnostics {
		switch n := n.(type) {
		case *hclsyntax.ScopeTraversalExpr:
			add(n.Traversal)
		case *hclsyntax.RelativeTraversalExpr:
			add(n.Traversal)
		}
		return nil
	})
	return names
}
