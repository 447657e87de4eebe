package syntax

import (
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// SketchedBlock is a block that Sketch has found.
type SketchedBlock struct {
	Label  string
	Range  hcl.Range        // the whole block
	Tokens hclsyntax.Tokens // of the block
}

// Sketch finds the blocks of a file that has nothing but blocks of one type, each with
// one plain label, by its tokens alone. It returns false for any other file, and may
// return blocks with syntax errors, which ParseAgain finds.
func Sketch(name string, src []byte, typ string) ([]SketchedBlock, bool) {
	if mayNest(src) || !utf8.Valid(src) {
		return nil, false
	}
	tokens, diags := hclsyntax.LexConfig(src, name, hcl.InitialPos)
	if diags.HasErrors() {
		return nil, false
	}
	var out []SketchedBlock
	for {
		for tokens[0].Type == hclsyntax.TokenNewline || tokens[0].Type == hclsyntax.TokenComment {
			tokens = tokens[1:]
		}
		if tokens[0].Type == hclsyntax.TokenEOF {
			return out, true
		}
		length := sketchBlock(tokens, typ)
		if length == 0 {
			return nil, false
		}
		block := tokens[:length]
		out = append(out, SketchedBlock{string(block[2].Bytes), hcl.RangeBetween(block[0].Range, block[length-1].Range), block})
		tokens = tokens[length:]
	}
}

// sketchBlock returns the number of tokens of the block at the beginning, 0 if there is
// none that ends at the end of a line.
func sketchBlock(tokens hclsyntax.Tokens, typ string) int {
	head := []hclsyntax.TokenType{hclsyntax.TokenIdent, hclsyntax.TokenOQuote, hclsyntax.TokenQuotedLit, hclsyntax.TokenCQuote, hclsyntax.TokenOBrace}
	if len(tokens) <= len(head) || string(tokens[0].Bytes) != typ || !hclsyntax.ValidIdentifier(string(tokens[2].Bytes)) {
		return 0
	}
	for i, t := range head {
		if tokens[i].Type != t {
			return 0
		}
	}
	depth := 1
	for i := len(head); i+1 < len(tokens); i++ {
		switch tokens[i].Type {
		case hclsyntax.TokenOBrace, hclsyntax.TokenTemplateInterp, hclsyntax.TokenTemplateControl:
			depth++
		case hclsyntax.TokenCBrace, hclsyntax.TokenTemplateSeqEnd:
			depth--
		}
		if depth > 0 {
			continue
		}
		switch tokens[i+1].Type {
		case hclsyntax.TokenNewline, hclsyntax.TokenEOF, hclsyntax.TokenComment:
			return i + 1
		}
		return 0
	}
	return 0
}
