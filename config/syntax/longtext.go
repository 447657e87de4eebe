package syntax

import (
	"bytes"
	"fmt"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// maxTextParts bounds the parts of one text: each line is one, and "$" and "%" begin
// others. The parser joins parts in a time that grows with the square of their number:
// 400 000 lines took minutes.
const maxTextParts = 20_000

// mayBeLong reports whether a file has enough of what begins parts for a text of more
// than maxTextParts. Few files have.
func mayBeLong(src []byte) bool {
	count := func(sign string) int { return bytes.Count(src, []byte(sign)) }
	return count("\n")+2*(count("$")+count("%")) > maxTextParts
}

// checkTexts refuses a text that has more than maxTextParts parts.
func checkTexts(tokens hclsyntax.Tokens) hcl.Diagnostics {
	var open []int // parts of the texts that are open
	for _, tok := range tokens {
		switch tok.Type {
		case hclsyntax.TokenOQuote, hclsyntax.TokenOHeredoc:
			open = append(open, 0)
		case hclsyntax.TokenCQuote, hclsyntax.TokenCHeredoc:
			open = open[:max(0, len(open)-1)]
		case hclsyntax.TokenQuotedLit, hclsyntax.TokenStringLit:
			if len(open) == 0 {
				continue
			}
			if open[len(open)-1]++; open[len(open)-1] > maxTextParts {
				return hcl.Diagnostics{{
					Severity: hcl.DiagError,
					Summary:  "Text too long",
					Detail:   fmt.Sprintf("A text may have at most %d lines, with each $ and %% counted as two. Put it into a file of its own, and write file(\"NAME\").", maxTextParts),
					Subject:  tok.Range.Ptr(),
				}}
			}
		}
	}
	return nil
}
