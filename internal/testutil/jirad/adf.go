package jirad

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// nodeRule says what a node may hold: which nodes, which attributes, and
// whether it must hold any.
type nodeRule struct {
	content []string
	first   []string // what may come first; nil: any of content
	attrs   map[string]func(v any) bool
	needs   []string // attributes that must be there
	least   int      // nodes that it holds at least
}

func inlines() []string { return []string{"text", "hardBreak"} }

func nodeRules() map[string]nodeRule {
	item := []string{"paragraph", "bulletList", "orderedList", "codeBlock"}
	top := append([]string{"heading", "blockquote", "rule", "table"}, item...)
	cell := append([]string{"heading", "blockquote", "rule"}, item...)
	return map[string]nodeRule{
		"doc":         {content: top},
		"paragraph":   {content: inlines()},
		"heading":     {content: inlines(), attrs: map[string]func(any) bool{"level": within(1, 6)}, needs: []string{"level"}},
		"codeBlock":   {content: []string{"text"}, attrs: map[string]func(any) bool{"language": isText}},
		"blockquote":  {content: item, least: 1},
		"bulletList":  {content: []string{"listItem"}, least: 1},
		"orderedList": {content: []string{"listItem"}, least: 1, attrs: map[string]func(any) bool{"order": within(0, 1<<31)}},
		"listItem":    {content: item, first: []string{"paragraph", "codeBlock"}, least: 1},
		"rule":        {},
		"table":       {content: []string{"tableRow"}, least: 1},
		"tableRow":    {content: []string{"tableHeader", "tableCell"}, least: 1},
		"tableHeader": {content: cell, least: 1},
		"tableCell":   {content: cell, least: 1},
		"hardBreak":   {},
	}
}

// CheckADF tells what is wrong with a document of the Atlassian Document
// Format, nil where nothing is. It knows the nodes and marks of plain
// documents, and no media, mentions, panels and macros.
func CheckADF(v any) error {
	doc, ok := v.(map[string]any)
	if !ok || doc["type"] != "doc" {
		return fmt.Errorf("the root is no node of type doc")
	}
	if n, ok := whole(doc["version"]); !ok || n != 1 {
		return fmt.Errorf("the version is not 1")
	}
	if _, ok := doc["content"].([]any); !ok {
		return fmt.Errorf("doc has no content")
	}
	inner := map[string]any{"type": "doc", "content": doc["content"]}
	if unknown := others(doc, "type", "version", "content"); unknown != "" {
		return fmt.Errorf("doc has an unknown member %q", unknown)
	}
	return checkNode(inner, "doc", false)
}

func checkNode(v any, where string, inCode bool) error {
	n, ok := v.(map[string]any)
	kind, isNamed := n["type"].(string)
	if !ok || !isNamed {
		return fmt.Errorf("%s is no node", where)
	}
	if kind == "text" {
		return checkText(n, where, inCode)
	}
	r, known := nodeRules()[kind]
	if !known {
		return fmt.Errorf("%s is of the unknown type %q", where, kind)
	}
	if unknown := others(n, "type", "content", "attrs"); unknown != "" {
		return fmt.Errorf("%s has an unknown member %q", where, unknown)
	}
	if err := r.checkAttrs(n["attrs"], where); err != nil {
		return err
	}
	content, given := n["content"]
	list, isList := content.([]any)
	if given && !isList || len(list) < r.least || len(list) > 0 && r.content == nil {
		return fmt.Errorf("%s has the wrong content", where)
	}
	for i, c := range list {
		if err := r.checkChild(c, i, where, kind == "codeBlock"); err != nil {
			return err
		}
	}
	return nil
}

func (r nodeRule) checkChild(c any, i int, where string, inCode bool) error {
	child, _ := c.(map[string]any)
	kind, _ := child["type"].(string)
	here := fmt.Sprintf("%s/%d:%s", where, i, kind)
	if !slices.Contains(r.content, kind) || i == 0 && r.first != nil && !slices.Contains(r.first, kind) {
		return fmt.Errorf("%s can't stand there", here)
	}
	return checkNode(child, here, inCode)
}

func (r nodeRule) checkAttrs(v any, where string) error {
	attrs, ok := v.(map[string]any)
	if v != nil && !ok {
		return fmt.Errorf("%s has attributes that are no object", where)
	}
	for _, name := range r.needs {
		if _, given := attrs[name]; !given {
			return fmt.Errorf("%s lacks the attribute %q", where, name)
		}
	}
	for name, v := range attrs {
		if check := r.attrs[name]; check == nil || !check(v) {
			return fmt.Errorf("%s has a wrong attribute %q", where, name)
		}
	}
	return nil
}

func checkText(n map[string]any, where string, inCode bool) error {
	if s, ok := n["text"].(string); !ok || s == "" {
		return fmt.Errorf("%s has no text", where)
	}
	if unknown := others(n, "type", "text", "marks"); unknown != "" {
		return fmt.Errorf("%s has an unknown member %q", where, unknown)
	}
	marks, ok := n["marks"].([]any)
	if n["marks"] != nil && (!ok || inCode || len(marks) == 0) {
		return fmt.Errorf("%s has marks that can't stand there", where)
	}
	var kinds []string
	for _, m := range marks {
		kind, err := checkMark(m)
		if err != nil {
			return fmt.Errorf("%s: %w", where, err)
		}
		if slices.Contains(kinds, kind) {
			return fmt.Errorf("%s has the mark %q twice", where, kind)
		}
		kinds = append(kinds, kind)
	}
	if slices.Contains(kinds, "code") && slices.ContainsFunc(kinds, func(k string) bool { return k != "code" && k != "link" }) {
		return fmt.Errorf("%s: code goes with a link alone, not with %v", where, kinds)
	}
	return nil
}

func checkMark(v any) (string, error) {
	m, _ := v.(map[string]any)
	kind, _ := m["type"].(string)
	switch kind {
	case "strong", "em", "strike", "code", "underline":
		if len(m) != 1 {
			return kind, fmt.Errorf("the mark %q has no attributes", kind)
		}
		return kind, nil
	case "link":
		attrs, _ := m["attrs"].(map[string]any)
		href, _ := attrs["href"].(string)
		u, err := url.Parse(href)
		if err != nil || len(m) != 2 || len(attrs) != 1 || !slices.Contains([]string{"http", "https", "mailto"}, u.Scheme) {
			return kind, fmt.Errorf("a link to %q", href)
		}
		return kind, nil
	}
	return kind, fmt.Errorf("an unknown mark %q", kind)
}

func whole(v any) (int, bool) {
	switch v := v.(type) {
	case json.Number:
		n, err := v.Int64()
		return int(n), err == nil
	case int:
		return v, true
	}
	return 0, false
}

func within(least, most int) func(v any) bool {
	return func(v any) bool {
		n, ok := whole(v)
		return ok && n >= least && n <= most
	}
}

func isText(v any) bool {
	s, ok := v.(string)
	return ok && s != ""
}

// ADFText returns the text of a document, a line for each block and break.
func ADFText(v any) string {
	var b strings.Builder
	writeText(&b, v)
	return strings.TrimSuffix(b.String(), "\n")
}

func writeText(b *strings.Builder, v any) {
	n, _ := v.(map[string]any)
	switch n["type"] {
	case "text":
		text, _ := n["text"].(string)
		b.WriteString(text)
		return
	case "hardBreak":
		b.WriteString("\n")
		return
	}
	list, _ := n["content"].([]any)
	for _, c := range list {
		writeText(b, c)
	}
	switch n["type"] {
	case "paragraph", "heading", "codeBlock":
		b.WriteString("\n")
	}
}
