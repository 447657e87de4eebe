package format

import (
	"bytes"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// token is a token of HCL with its surroundings.
type token struct {
	hclsyntax.Token
	gap       []byte // the blanks before it
	inHeredoc bool   // it is part of a heredoc's content
}

// lexTokens splits a source without a byte order mark into tokens, the last one
// EOF. The gaps and bytes of all tokens together are the source.
func lexTokens(src []byte) []token {
	scanned, _ := hclsyntax.LexConfig(src, "", hcl.InitialPos) // the parser reports the errors
	tokens := make([]token, 0, len(scanned))
	end := 0
	heredocs := 0 // a template in a heredoc may hold another one
	for _, tok := range scanned {
		if tok.Type == hclsyntax.TokenCHeredoc {
			heredocs--
		}
		tokens = append(tokens, token{Token: tok, gap: src[end:tok.Range.Start.Byte], inHeredoc: heredocs > 0})
		if tok.Type == hclsyntax.TokenOHeredoc {
			heredocs++
		}
		end = tok.Range.End.Byte
	}
	return tokens
}

func sameTokens(a, b []token) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i].Type != b[i].Type || !bytes.Equal(a[i].Bytes, b[i].Bytes) {
			return false
		}
	}
	return true
}
