package diag

import (
	"bytes"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// outline lists the top-level blocks of a file.
type outline []block

// block is a top-level block: its header as written, such as `flow "orders"`,
// and the stretch from its type to behind its closing brace.
type block struct {
	header string
	extent span
}

// headerAround returns the header of the block around the offset, or "".
func (o outline) headerAround(offset int) string {
	for _, b := range o {
		if b.extent.start <= offset && offset <= b.extent.end {
			return b.header
		}
	}
	return ""
}

// outlineOf finds the top-level blocks by counting braces. The parser does not
// help: it drops the blocks around a syntax error, and its recursion is as deep as
// the nesting of the file.
func outlineOf(src []byte) outline {
	tokens, _ := hclsyntax.LexConfig(src, "", hcl.InitialPos) // the parser reports findings about tokens
	blocks, balanced := scanBlocks(tokens, false)
	if !balanced {
		blocks, _ = scanBlocks(tokens, true)
	}
	return blocks
}

// scanBlocks lists the blocks of depth zero. If marginal is set, each block that
// begins in the first column counts as one, as in formatted files, so that a
// missing brace affects one block and not the rest of the file.
func scanBlocks(tokens hclsyntax.Tokens, marginal bool) (blocks outline, balanced bool) {
	depth := 0
	open := false
	end := func(at int) {
		if open {
			blocks[len(blocks)-1].extent.end = at
			open = false
		}
	}
	for i, tok := range tokens {
		header, isHeader := headerAt(tokens, i)
		switch {
		case isHeader && (depth == 0 || marginal && tok.Range.Start.Column == 1):
			end(tokens[max(i-1, 0)].Range.Start.Byte)
			blocks = append(blocks, block{header: header, extent: span{start: tok.Range.Start.Byte}})
			depth, open = 0, true
		case opensBlock(tok.Type):
			depth++
		case closesBlock(tok.Type) && depth > 0:
			if depth--; depth == 0 {
				end(tok.Range.End.Byte)
			}
		}
	}
	balanced = depth == 0
	end(tokens[len(tokens)-1].Range.End.Byte)
	return blocks, balanced
}

// headerAt reads a block header, its type and labels up to the opening brace,
// that begins a line at token i.
func headerAt(tokens hclsyntax.Tokens, i int) (string, bool) {
	if tokens[i].Type != hclsyntax.TokenIdent || !beginsLine(tokens, i) {
		return "", false
	}
	var header bytes.Buffer
	for ; i < len(tokens); i++ {
		switch tokens[i].Type {
		case hclsyntax.TokenIdent, hclsyntax.TokenOQuote:
			if header.Len() > 0 {
				header.WriteByte(' ')
			}
			header.Write(tokens[i].Bytes)
		case hclsyntax.TokenQuotedLit, hclsyntax.TokenCQuote:
			header.Write(tokens[i].Bytes)
		case hclsyntax.TokenOBrace:
			return header.String(), true
		default:
			return "", false
		}
	}
	return "", false
}

func beginsLine(tokens hclsyntax.Tokens, i int) bool {
	if i == 0 {
		return true
	}
	before := tokens[i-1]
	return before.Type == hclsyntax.TokenNewline ||
		before.Type == hclsyntax.TokenComment && tokens[i].Range.Start.Line > before.Range.Start.Line
}

func opensBlock(t hclsyntax.TokenType) bool {
	switch t {
	case hclsyntax.TokenOBrace, hclsyntax.TokenTemplateInterp, hclsyntax.TokenTemplateControl:
		return true
	}
	return false
}

func closesBlock(t hclsyntax.TokenType) bool {
	return t == hclsyntax.TokenCBrace || t == hclsyntax.TokenTemplateSeqEnd
}
