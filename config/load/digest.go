package load

import (
	"crypto/sha256"
	"encoding/binary"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/webhook-gateway/gateway/config/syntax"
)

// digestText returns the digest of the tokens of a part of the source. It does not depend
// on comments, indentation and empty lines. The history names flows by their digests, so
// a text has the same one in each release.
func digestText(src []byte) Digest {
	digest, _ := scanFlow(src)
	return digest
}

// scanFlow returns the digest of the tokens of a flow. It also reports whether the flow
// may have an attribute with the name flow, by which actions call flows.
func scanFlow(src []byte) (digest Digest, mayCall bool) {
	var space [4096]byte
	r := tokenReader{text: space[:0]}
	if utf8.Valid(src) && r.scan(src) {
		return sha256.Sum256(r.text), r.mayCall
	}
	tokens, _ := hclsyntax.LexConfig(src, "", hcl.InitialPos)
	r = tokenReader{text: space[:0]}
	for _, t := range tokens {
		r.add(t.Type, t.Bytes)
	}
	return sha256.Sum256(r.text), r.mayCall
}

// tokenReader finds out what the tokens of a flow say.
type tokenReader struct {
	text    []byte // the tokens, each with its length
	newline bool   // at least one has come since the last token
	isFlow  bool   // the last token is the word flow
	mayCall bool
}

// scan adds the tokens of a text. It returns false if the text is unusual.
func (r *tokenReader) scan(src []byte) bool {
	s := syntax.NewScanner(src)
	for {
		t, sure := s.Next()
		switch {
		case !sure:
			return false
		case t.Type == hclsyntax.TokenEOF:
			return true
		}
		r.add(t.Type, s.Bytes(t))
	}
}

func (r *tokenReader) add(t hclsyntax.TokenType, text []byte) {
	switch t {
	case hclsyntax.TokenEOF:
		return
	case hclsyntax.TokenNewline:
		r.newline, r.isFlow = true, false
		return
	case hclsyntax.TokenComment:
		r.newline = r.newline || text[len(text)-1] == '\n'
		return
	}
	if r.newline {
		r.text = appendText(r.text, []byte("\n"))
		r.newline = false
	}
	r.text = appendText(r.text, text)
	r.mayCall = r.mayCall || r.isFlow && t == hclsyntax.TokenEqual
	r.isFlow = t == hclsyntax.TokenIdent && string(text) == "flow"
}

// appendText appends a text with its length, so that two texts do not run together.
func appendText(to, text []byte) []byte {
	return append(binary.AppendUvarint(to, uint64(len(text))), text...)
}
