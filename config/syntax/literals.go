package syntax

import (
	"bytes"
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/internal/ctytext"
)

// mendTexts changes literal texts to what the file says, where the parser makes
// something else of them.
//
// It normalizes texts to Unicode's NFC form; here they are held as they stand.
//
// In heredocs <<- it removes the white space behind ~} first, and with it the
// newline by which it would find the next line, so the lines behind keep their
// indentation:
//
//	text = <<-EOT
//	  %{ for line in lines ~}
//	  - ${line}
//	  %{ endfor ~}
//	EOT
//
// Here the indentation is removed first, as Terraform documents it. src begins at a
// place in the file.
func mendTexts(node hclsyntax.Node, name string, src []byte, at hcl.Pos) {
	trims := bytes.Contains(src, []byte("<<-")) && bytes.Contains(src, []byte("~}"))
	if !trims && !mayCombine(src) {
		return
	}
	texts := mendedTexts(lexTokensAt(name, src, at))
	if len(texts) == 0 {
		return
	}
	_ = hclsyntax.VisitAll(node, func(n hclsyntax.Node) hcl.Diagnostics {
		switch n := n.(type) {
		case *hclsyntax.LiteralValueExpr:
			if text, ok := texts[n.SrcRange.End.Byte]; ok && n.Val.Type() == cty.String {
				n.Val = ctytext.Value(text)
			}
		case *hclsyntax.ScopeTraversalExpr:
			mendKeys(n.Traversal, texts)
		case *hclsyntax.RelativeTraversalExpr:
			mendKeys(n.Traversal, texts)
		}
		return nil
	})
}

// mendKeys changes the keys of a traversal, such as a["b"].
func mendKeys(t hcl.Traversal, texts map[int]string) {
	for i, step := range t {
		index, ok := step.(hcl.TraverseIndex)
		if !ok || index.Key.Type() != cty.String {
			continue
		}
		for end, text := range texts {
			if end > index.SrcRange.Start.Byte && end <= index.SrcRange.End.Byte {
				index.Key = ctytext.Value(text)
				t[i] = index
			}
		}
	}
}

// mayCombine reports whether a text of the file could have another NFC form. A
// text in a file of ASCII characters has one only if it spells a character.
func mayCombine(src []byte) bool {
	return bytes.Contains(src, []byte(`\u`)) || bytes.Contains(src, []byte(`\U`)) || !isASCII(src)
}

func isASCII(src []byte) bool {
	return !slices.ContainsFunc(src, func(b byte) bool { return b >= utf8.RuneSelf })
}

// mendedTexts returns the texts that the parser changes, by the offset of their
// end.
func mendedTexts(tokens hclsyntax.Tokens) map[int]string {
	texts := map[int]string{}
	for i, t := range tokens {
		switch t.Type {
		case hclsyntax.TokenOHeredoc:
			parts := templateParts(tokens[i+1:])
			flush := bytes.HasPrefix(t.Bytes, []byte("<<-"))
			indent := 0
			if flush {
				indent = sharedIndent(parts)
			}
			literalTexts(parts, indent, flush && trimsAfterSequence(parts), texts)
		case hclsyntax.TokenOQuote:
			literalTexts(templateParts(tokens[i+1:]), 0, false, texts)
		}
	}
	return texts
}

// templateParts returns the tokens of a text up to its end, without those inside
// of ${ } and %{ }.
func templateParts(tokens hclsyntax.Tokens) hclsyntax.Tokens {
	var parts hclsyntax.Tokens
	depth := 0
	for _, t := range tokens {
		switch t.Type {
		case hclsyntax.TokenOHeredoc, hclsyntax.TokenOQuote:
			depth++
		case hclsyntax.TokenCQuote, hclsyntax.TokenCHeredoc:
			if depth == 0 {
				return parts
			}
			depth--
		case hclsyntax.TokenTemplateInterp, hclsyntax.TokenTemplateControl:
			if depth == 0 {
				parts = append(parts, t)
			}
			depth++
		case hclsyntax.TokenTemplateSeqEnd:
			if depth--; depth == 0 {
				parts = append(parts, t)
			}
		case hclsyntax.TokenStringLit, hclsyntax.TokenQuotedLit:
			if depth == 0 {
				parts = append(parts, t)
			}
		}
	}
	return parts
}

func trimsAfterSequence(parts hclsyntax.Tokens) bool {
	for _, t := range parts {
		if t.Type == hclsyntax.TokenTemplateSeqEnd && t.Bytes[0] == '~' {
			return true
		}
	}
	return false
}

// literalTexts adds the text of each run of literal tokens, which the parser
// makes one literal, if it is to be set: always, or because cty would normalize
// it.
func literalTexts(parts hclsyntax.Tokens, indent int, always bool, texts map[int]string) {
	var run strings.Builder
	for i, t := range parts {
		if !isLiteral(t) {
			run.Reset()
			continue
		}
		text, _ := hclsyntax.ParseStringLiteralToken(t) // the parser has reported its findings
		if t.Type == hclsyntax.TokenStringLit && t.Range.Start.Column == 1 && !isBlankLine(text) {
			text = cutRunes(text, indent)
		}
		if i > 0 && parts[i-1].Type == hclsyntax.TokenTemplateSeqEnd && parts[i-1].Bytes[0] == '~' {
			text = strings.TrimLeftFunc(text, unicode.IsSpace)
		}
		if i+1 < len(parts) && len(parts[i+1].Bytes) == len("${~") && isOpener(parts[i+1]) {
			text = strings.TrimRightFunc(text, unicode.IsSpace)
		}
		run.WriteString(text)
		if whole := run.String(); always || ctytext.Encode(whole) != whole {
			texts[t.Range.End.Byte] = whole
		}
	}
}

func isLiteral(t hclsyntax.Token) bool {
	return t.Type == hclsyntax.TokenStringLit || t.Type == hclsyntax.TokenQuotedLit
}

func isOpener(t hclsyntax.Token) bool {
	return t.Type == hclsyntax.TokenTemplateInterp || t.Type == hclsyntax.TokenTemplateControl
}

// sharedIndent returns the number of white space characters with which all lines
// begin that are not blank.
func sharedIndent(parts hclsyntax.Tokens) int {
	shared := math.MaxInt
	for _, t := range parts {
		if t.Range.Start.Column != 1 || t.Type == hclsyntax.TokenTemplateSeqEnd {
			continue
		}
		text := ""
		if t.Type == hclsyntax.TokenStringLit {
			text = string(t.Bytes)
		}
		if !isBlankLine(text) {
			rest := strings.TrimLeftFunc(text, unicode.IsSpace)
			shared = min(shared, utf8.RuneCountInString(text[:len(text)-len(rest)]))
		}
	}
	return shared
}

func isBlankLine(text string) bool {
	return strings.HasSuffix(text, "\n") && strings.TrimSpace(text) == ""
}

// cutRunes returns the text without its first n characters.
func cutRunes(text string, n int) string {
	for i := range text {
		if n == 0 {
			return text[i:]
		}
		n--
	}
	return ""
}
