package outline

import (
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// Text returns the expression of an attribute in one line as the file writes it, ""
// if the block does not set it.
func (b Block) Text(name string) string {
	if !b.Has(name) {
		return ""
	}
	e := b.block.Body.Attributes[name].Expr
	text := string(e.Range().SliceBytes(b.reader.src))
	if strings.HasPrefix(text, "<<") { // a heredoc
		_, text, _ = strings.Cut(text, "\n")
		if end := strings.LastIndexByte(strings.TrimRight(text, "\r\n"), '\n'); end >= 0 {
			text = text[:end]
		}
	}
	return b.reader.show(text)
}

// Plain is Text without the quotes around a text.
func (b Block) Plain(name string) string {
	if !b.Has(name) {
		return ""
	}
	text := b.Text(name)
	switch b.block.Body.Attributes[name].Expr.(type) {
	case *hclsyntax.TemplateExpr, *hclsyntax.TemplateWrapExpr:
		if len(text) >= 2 && text[0] == '"' && text[len(text)-1] == '"' {
			return text[1 : len(text)-1]
		}
	}
	return text
}

// show writes a text in one line, without its credentials.
func (r *reader) show(text string) string {
	if r.redact != nil {
		text = r.redact(text)
	}
	return strings.Join(strings.Fields(text), " ")
}
