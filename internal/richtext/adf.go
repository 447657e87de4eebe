package richtext

import "strings"

// Node is a node of the Atlassian Document Format, as JSON-like values.
type Node = map[string]any

// ADF turns Markdown into a document of the Atlassian Document Format, version
// 1 (https://developer.atlassian.com/cloud/jira/platform/apis/document/structure/).
func ADF(markdown string) Node { return document(adfBlocks(parse(markdown))) }

// PlainADF turns text without any markup into a document: empty lines part
// paragraphs, line breaks stay.
func PlainADF(text string) Node {
	text = strings.ReplaceAll(Unguard(text), "\r\n", "\n")
	var blocks []any
	for part := range strings.SplitSeq(text, "\n\n") {
		if strings.TrimSpace(part) != "" {
			blocks = append(blocks, node("paragraph", inlineADF(lines(span{text: Guard(strings.Trim(part, "\n"))}))))
		}
	}
	return document(blocks)
}

func document(content []any) Node {
	if content == nil {
		content = []any{}
	}
	return Node{"type": "doc", "version": 1, "content": content}
}

func node(kind string, content []any) Node {
	out := Node{"type": kind}
	if len(content) > 0 {
		out["content"] = content
	}
	return out
}

func adfBlocks(blocks []block) []any {
	var out []any
	for _, b := range blocks {
		out = append(out, adfBlock(b))
	}
	return out
}

func adfBlock(b block) Node {
	switch b.kind {
	case heading:
		out := node("heading", inlineADF(b.spans))
		out["attrs"] = Node{"level": b.level}
		return out
	case code:
		return adfCode(b)
	case list:
		return adfList(b)
	case quote:
		return node("blockquote", orEmpty(adfBlocks(simple(b.inner))))
	case rule:
		return node("rule", nil)
	case table:
		return adfTable(b)
	}
	return node("paragraph", inlineADF(b.spans))
}

// orEmpty gives what must not be empty an empty paragraph.
func orEmpty(content []any) []any {
	if len(content) == 0 {
		return []any{node("paragraph", nil)}
	}
	return content
}

func adfCode(b block) Node {
	out := node("codeBlock", nil)
	if b.text != "" {
		out["content"] = []any{Node{"type": "text", "text": b.text}}
	}
	if b.language != "" {
		out["attrs"] = Node{"language": b.language}
	}
	return out
}

func adfList(b block) Node {
	var items []any
	for _, item := range b.items {
		inner := simple(item)
		if len(inner) > 0 && inner[0].kind == list {
			inner = append([]block{{kind: paragraph}}, inner...) // an item can't begin with a list
		}
		items = append(items, node("listItem", orEmpty(adfBlocks(inner))))
	}
	if !b.ordered {
		return node("bulletList", items)
	}
	out := node("orderedList", items)
	if b.start != 1 {
		out["attrs"] = Node{"order": b.start}
	}
	return out
}

func adfTable(b block) Node {
	var rows []any
	for i, cells := range b.rows {
		kind := "tableCell"
		if i == 0 {
			kind = "tableHeader"
		}
		var out []any
		for _, cell := range cells {
			out = append(out, node(kind, []any{node("paragraph", inlineADF(cell))}))
		}
		rows = append(rows, node("tableRow", out))
	}
	return node("table", rows)
}

func inlineADF(spans []span) []any {
	var out []any
	for _, s := range spans {
		if s.isBreak {
			out = append(out, Node{"type": "hardBreak"})
			continue
		}
		text := Node{"type": "text", "text": s.text}
		if marks := s.style.marks(); len(marks) > 0 {
			text["marks"] = marks
		}
		out = append(out, text)
	}
	return out
}

func (s style) marks() []any {
	var out []any
	if s.link != "" {
		out = append(out, Node{"type": "link", "attrs": Node{"href": s.link}})
	}
	for _, m := range []struct {
		kind string
		on   bool
	}{{"strong", s.strong}, {"em", s.em}, {"strike", s.strike}, {"code", s.code}} {
		if m.on {
			out = append(out, Node{"type": m.kind})
		}
	}
	return out
}
