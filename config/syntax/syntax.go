// Package syntax parses flow files. Usual ones are parsed by a parser of its own, which
// gives exactly the syntax of HCL's parser or gives up, and takes less time and memory
// (docs/adr/0024). HCL's parser parses the others and all with mistakes.
//
// The package makes three additions.
// Before the parser runs, it refuses input that the parser can't handle: nesting
// that would fill the stack and end the process, texts of so many lines that they would
// take minutes, and bytes that are not UTF-8.
// Afterwards it rewrites the parser's findings in the words of the language:
// one finding for each cause, with the correct form. And it corrects
// literal texts that the parser changes.
package syntax

import (
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// lexTokens returns the tokens of a file. It drops findings, because the parser
// reports them too.
func lexTokens(name string, src []byte) hclsyntax.Tokens {
	return lexTokensAt(name, src, hcl.InitialPos)
}

func lexTokensAt(name string, src []byte, at hcl.Pos) hclsyntax.Tokens {
	tokens, _ := hclsyntax.LexConfig(src, name, at)
	return tokens
}

// ParseAgain returns a block of a file that Parse has accepted, or that Sketch has found.
// src is the text of the block alone, and at its place in the file. It returns nil if src
// is no block, or if the parser has findings.
func ParseAgain(name string, src []byte, at hcl.Pos) *hclsyntax.Block {
	block := parseBlock(name, src, at)
	if block == nil {
		block = parseBlockWhole(name, src, at)
	}
	if block != nil {
		mendTexts(block, name, src, at)
	}
	return block
}

// parseBlockWhole parses a block with HCL's parser.
func parseBlockWhole(name string, src []byte, at hcl.Pos) *hclsyntax.Block {
	file, diags := hclsyntax.ParseConfig(src, name, at)
	if len(diags) > 0 {
		return nil
	}
	body, ok := file.Body.(*hclsyntax.Body)
	if !ok || len(body.Blocks) != 1 {
		return nil
	}
	return body.Blocks[0]
}

// Parse returns the body of a flow file, nil if it has syntax errors. The ranges
// of the findings contain name.
func Parse(name string, src []byte) (*hclsyntax.Body, hcl.Diagnostics) {
	if diags := checkSize(name, src); diags.HasErrors() {
		return nil, diags
	}
	if body := parseFile(name, src); body != nil {
		mendTexts(body, name, src, hcl.InitialPos)
		return body, nil
	}
	file, diags := hclsyntax.ParseConfig(src, name, hcl.InitialPos)
	if diags.HasErrors() {
		return nil, explainFindings(src, lexTokens(name, src), diags)
	}
	if !utf8.Valid(src) {
		diags = append(diags, checkEncoding(lexTokens(name, src))...)
	}
	body, ok := file.Body.(*hclsyntax.Body)
	if !ok || diags.HasErrors() {
		return nil, diags
	}
	mendTexts(body, name, src, hcl.InitialPos)
	return body, diags
}

// checkSize refuses a file that is nested too deeply or has too long a text.
func checkSize(name string, src []byte) hcl.Diagnostics {
	nests, long := mayNest(src), mayBeLong(src)
	if !nests && !long {
		return nil
	}
	tokens := lexTokens(name, src)
	if diags := checkTexts(tokens); diags.HasErrors() || !nests {
		return diags
	}
	return checkNesting(tokens)
}
