// Package format puts flow files into their canonical form.
//
// The rule a contributor must keep: only white space changes, and only where
// it has no meaning. The tokens of a file, its comments and every byte of its
// heredocs stay as they are, so a formatted file has the same meaning.
//
// It is called by the fmt command and by the language server.
package format

import (
	"bytes"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclwrite"

	"github.com/webhook-gateway/gateway/config/syntax"
)

const byteOrderMark = "\ufeff"

// Source returns the flow file in canonical form: the layout of hclwrite
// (two spaces a level, aligned equals signs and trailing comments), LF line
// ends, no byte order mark, no blanks at the end of a line, no more than one
// blank line in a row and none at the beginning, exactly one line end at the
// end. A file of nothing but white space becomes empty.
//
// Between the line that opens a heredoc and the one that closes it nothing
// changes, templates and CRLF line ends included, as those bytes are a value.
// Block comments keep their blank lines and their indentation.
//
// The ranges of the diagnostics contain name. A file with syntax errors is
// returned unchanged, with its errors. Formatting the result again changes
// nothing.
func Source(name string, src []byte) ([]byte, hcl.Diagnostics) {
	_, diags := syntax.Parse(name, src)
	if diags.HasErrors() {
		return src, diags
	}
	return applyLayout(tidyLines(bytes.TrimPrefix(src, []byte(byteOrderMark)))), diags
}

// applyLayout returns the source in hclwrite's layout. hclwrite gets empty
// heredocs, because it would change their templates and count their brackets.
//
// If hclwrite joins or splits tokens, as it does when it turns "1 . 5" into
// "1.5", the source stays unchanged: a layout must not change the meaning.
func applyLayout(src []byte) []byte {
	var outside []token
	var skeleton bytes.Buffer
	tokens := lexTokens(src)
	for _, tok := range tokens {
		if tok.inHeredoc {
			continue
		}
		outside = append(outside, tok)
		skeleton.Write(tok.gap)
		skeleton.Write(tok.Bytes)
	}
	laidOut := lexTokens(hclwrite.Format(skeleton.Bytes()))
	if !sameTokens(outside, laidOut) {
		return src
	}
	var out bytes.Buffer
	for _, tok := range tokens {
		gap := tok.gap
		if !tok.inHeredoc {
			gap, laidOut = laidOut[0].gap, laidOut[1:]
		}
		out.Write(gap)
		out.Write(tok.Bytes)
	}
	return out.Bytes()
}
