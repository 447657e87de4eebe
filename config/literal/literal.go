// Package literal writes values as the literals of flow files.
package literal

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// Text writes a text in quotes, on one line. Characters that do not print are
// escaped, and so is what would begin a template.
func Text(text string) string {
	var b strings.Builder
	b.WriteByte('"')
	runes := []rune(text)
	for i, r := range runes {
		switch {
		case r == '"' || r == '\\':
			b.WriteString(`\` + string(r))
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\t':
			b.WriteString(`\t`)
		case (r == '$' || r == '%') && i+1 < len(runes) && runes[i+1] == '{':
			b.WriteString(string(r) + string(r))
		case !strconv.IsPrint(r) && r > 0xffff:
			fmt.Fprintf(&b, `\U%08x`, r)
		case !strconv.IsPrint(r):
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// shortLength is the length up to which an array or object stands on one line.
const shortLength = 60

// Value writes a value that was decoded from JSON: null, a bool, a json.Number, a
// string, []any or map[string]any. Members are in the order of their names. Long
// arrays and objects have an element on each line; the format command sets their
// indentation.
func Value(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case bool:
		return strconv.FormatBool(v)
	case json.Number:
		return v.String()
	case string:
		return Text(v)
	case []any:
		elements := make([]string, len(v))
		for i, e := range v {
			elements[i] = Value(e)
		}
		return wrap("[", elements, ",", "]")
	case map[string]any:
		members := make([]string, 0, len(v))
		for _, name := range slices.Sorted(maps.Keys(v)) {
			members = append(members, Name(name)+" = "+Value(v[name]))
		}
		return wrap("{", members, "", "}")
	}
	return Text(fmt.Sprint(v))
}

// Name writes the name of a member of an object.
func Name(name string) string {
	switch name {
	case "null", "true", "false", "for", "if", "in", "else":
		return Text(name)
	}
	if hclsyntax.ValidIdentifier(name) {
		return name
	}
	return Text(name)
}

// wrap joins elements in one line if they are short, else with one on each line,
// which ends in the separator.
func wrap(open string, elements []string, separator, end string) string {
	if len(elements) == 0 {
		return open + end
	}
	line := open + strings.Join(elements, ", ") + end
	if open == "{" {
		line = open + " " + strings.Join(elements, ", ") + " " + end
	}
	if len(line) <= shortLength && !strings.Contains(line, "\n") {
		return line
	}
	return open + "\n" + strings.Join(elements, separator+"\n") + separator + "\n" + end
}
