package richtext

import (
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/text"
)

// reader reads one Markdown text.
type reader struct {
	source []byte
}

// parse reads Markdown. Any text is Markdown.
func parse(markdown string) []block {
	r := &reader{source: []byte(strings.ReplaceAll(markdown, "\x00", "\ufffd"))}
	p := goldmark.New(goldmark.WithExtensions(extension.Table, extension.Strikethrough)).Parser()
	return r.blocks(p.Parse(text.NewReader(r.source)))
}

func (r *reader) blocks(parent ast.Node) []block {
	var out []block
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		switch n := n.(type) {
		case *ast.Paragraph, *ast.TextBlock:
			out = append(out, block{kind: paragraph, spans: r.spans(n)})
		case *ast.Heading:
			out = append(out, block{kind: heading, level: n.Level, spans: r.spans(n)})
		case *ast.CodeBlock:
			out = append(out, block{kind: code, text: r.lines(n)})
		case *ast.FencedCodeBlock:
			out = append(out, block{kind: code, text: r.lines(n), language: Unguard(string(n.Language(r.source)))})
		case *ast.HTMLBlock:
			out = append(out, r.html(n))
		case *ast.Blockquote:
			out = append(out, block{kind: quote, inner: r.blocks(n)})
		case *ast.ThematicBreak:
			out = append(out, block{kind: rule})
		case *ast.List:
			out = append(out, r.list(n))
		case *extast.Table:
			out = append(out, r.table(n))
		}
	}
	return out
}

// lines returns the text of a block of code, without the last line's end.
func (r *reader) lines(n ast.Node) string {
	var b strings.Builder
	for i := range n.Lines().Len() {
		line := n.Lines().At(i)
		b.Write(line.Value(r.source))
	}
	return Unguard(strings.TrimSuffix(b.String(), "\n"))
}

// html keeps HTML as the text that it is.
func (r *reader) html(n *ast.HTMLBlock) block {
	raw := r.lines(n)
	if n.HasClosure() {
		raw += "\n" + string(n.ClosureLine.Value(r.source))
	}
	return block{kind: paragraph, spans: finish([]span{{text: Guard(strings.TrimSpace(raw))}})}
}

func (r *reader) list(n *ast.List) block {
	out := block{kind: list, ordered: n.IsOrdered(), start: n.Start}
	for item := n.FirstChild(); item != nil; item = item.NextSibling() {
		out.items = append(out.items, r.blocks(item))
	}
	return out
}

func (r *reader) table(n *extast.Table) block {
	out := block{kind: table}
	for row := n.FirstChild(); row != nil; row = row.NextSibling() {
		var cells [][]span
		for cell := row.FirstChild(); cell != nil; cell = cell.NextSibling() {
			cells = append(cells, r.spans(cell))
		}
		out.rows = append(out.rows, cells)
	}
	return out
}
