// Package format puts flow files into their canonical form.
//
// The rule a contributor must keep: only white space changes, and only where
// it has no meaning. The tokens of a file, its comments and every byte of its
// heredocs stay as they are, so a formatted file does what it did before.
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
// name stands in the ranges of the diagnostics. A file with syntax errors is
// returned as it is together with its errors. Formatting the result again
// changes nothing.
func Source(name string, src []byte) ([]byte, hcl.Diagnostics) {
	_, diags := syntax.Parse(name, src)
	if diags.HasErrors() {
		return src, diags
	}
	return lay(tidy(bytes.TrimPrefix(src, []byte(byteOrderMark)))), diags
}

// lay returns the source in the formatter's layout. The formatter sees empty
// heredocs: it would change the templates in them, and count their brackets as
// those of the code around.
//
// Where the formatter joined or split tokens, as it does when it makes "1.5"
// of "1 . 5", the source stays as it is: a layout must not change a meaning.
func lay(src []byte) []byte {
	var outside []token
	var skeleton bytes.Buffer
	tokens := lex(src)
	for _, tok := range tokens {
		if tok.inHeredoc {
			continue
		}
		outside = append(outside, tok)
		skeleton.Write(tok.gap)
		skeleton.Write(tok.Bytes)
	}
	laidOut := lex(hclwrite.Format(skeleton.Bytes()))
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
