// Package syntax parses flow files. It stands before HCL's own parser and
// refuses what that one can't be trusted with: nesting that would fill the
// stack and end the process, and bytes that are not UTF-8. And it stands
// behind it: what the parser finds is said in the words of the language, once
// for each cause, with what would be right.
package syntax

import (
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// lex returns the tokens of a file; what is wrong with them the parser reports.
func lex(name string, src []byte) hclsyntax.Tokens {
	tokens, _ := hclsyntax.LexConfig(src, name, hcl.InitialPos)
	return tokens
}

// Parse returns the body of a flow file, nil where it has syntax errors. name
// stands in the ranges of the findings.
func Parse(name string, src []byte) (*hclsyntax.Body, hcl.Diagnostics) {
	if mayNest(src) {
		if diags := checkNesting(lex(name, src)); diags.HasErrors() {
			return nil, diags
		}
	}
	file, diags := hclsyntax.ParseConfig(src, name, hcl.InitialPos)
	if diags.HasErrors() {
		return nil, explain(src, lex(name, src), diags)
	}
	if !utf8.Valid(src) {
		diags = append(diags, checkEncoding(lex(name, src))...)
	}
	body, ok := file.Body.(*hclsyntax.Body)
	if !ok || diags.HasErrors() {
		return nil, diags
	}
	return body, diags
}
