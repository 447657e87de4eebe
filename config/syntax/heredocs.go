package syntax

import (
	"bytes"
	"math"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// indentHeredocs removes the shared indentation of heredocs <<- in which ~}
// stands. HCL removes the white space behind ~} first, and with it the newline
// by which it would find the next line, so the lines behind keep their
// indentation:
//
//	text = <<-EOT
//	  %{ for line in lines ~}
//	  - ${line}
//	  %{ endfor ~}
//	EOT
//
// Here the indentation is removed first, as Terraform documents it.
func indentHeredocs(body *hclsyntax.Body, name string, src []byte) {
	if !bytes.Contains(src, []byte("<<-")) || !bytes.Contains(src, []byte("~}")) {
		return
	}
	texts := map[int]string{}
	tokens := lexTokens(name, src)
	for i, t := range tokens {
		if t.Type != hclsyntax.TokenOHeredoc || !bytes.HasPrefix(t.Bytes, []byte("<<-")) {
			continue
		}
		if parts := heredocParts(tokens[i+1:]); trimsAfterSequence(parts) {
			literalTexts(parts, texts)
		}
	}
	if len(texts) == 0 {
		return
	}
	_ = hclsyntax.VisitAll(body, func(n hclsyntax.Node) hcl.Diagnostics {
		if literal, ok := n.(*hclsyntax.LiteralValueExpr); ok && literal.Val.Type() == cty.String {
			if text, ok := texts[literal.SrcRange.End.Byte]; ok {
				literal.Val = cty.StringVal(text)
			}
		}
		return nil
	})
}

// heredocParts returns the tokens of a heredoc up to its end, without those
// inside of ${ } and %{ }.
func heredocParts(tokens hclsyntax.Tokens) hclsyntax.Tokens {
	var parts hclsyntax.Tokens
	depth := 0
	for _, t := range tokens {
		switch t.Type {
		case hclsyntax.TokenOHeredoc, hclsyntax.TokenOQuote:
			depth++
		case hclsyntax.TokenCQuote:
			depth--
		case hclsyntax.TokenCHeredoc:
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
		case hclsyntax.TokenStringLit:
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
// makes one literal, by the offset of its end.
func literalTexts(parts hclsyntax.Tokens, texts map[int]string) {
	indent := sharedIndent(parts)
	var run strings.Builder
	for i, t := range parts {
		if t.Type != hclsyntax.TokenStringLit {
			run.Reset()
			continue
		}
		text, _ := hclsyntax.ParseStringLiteralToken(t) // the parser has reported its findings
		if t.Range.Start.Column == 1 && !isBlankLine(text) {
			text = cutRunes(text, indent)
		}
		if i > 0 && parts[i-1].Type == hclsyntax.TokenTemplateSeqEnd && parts[i-1].Bytes[0] == '~' {
			text = strings.TrimLeftFunc(text, unicode.IsSpace)
		}
		if i+1 < len(parts) && len(parts[i+1].Bytes) == len("${~") && isOpener(parts[i+1]) {
			text = strings.TrimRightFunc(text, unicode.IsSpace)
		}
		run.WriteString(text)
		texts[t.Range.End.Byte] = run.String()
	}
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
