package format

import (
	"bytes"

	"github.com/hashicorp/hcl/v2/hclsyntax"
)

const blanks = " \t\r"

// tidyLines applies the rules for line ends, trailing blanks and blank lines. It
// runs before the layout, because the layout measures comments to align them.
func tidyLines(src []byte) []byte {
	var out bytes.Buffer
	lineEmpty := true // the current line has no token yet
	blankDue := false // a blank line precedes the next token
	for _, tok := range lexTokens(src) {
		switch {
		case tok.inHeredoc:
			out.Write(tok.gap)
			out.Write(tok.Bytes)
			continue
		case tok.Type == hclsyntax.TokenEOF:
			continue
		case tok.Type == hclsyntax.TokenNewline && lineEmpty:
			blankDue = out.Len() > 0
			continue
		case tok.Type == hclsyntax.TokenNewline:
			out.WriteByte('\n')
			lineEmpty = true
			continue
		}
		if blankDue {
			out.WriteByte('\n')
			blankDue = false
		}
		out.Write(tok.gap)
		out.Write(trimLines(tok))
		lineEmpty = bytes.HasSuffix(out.Bytes(), []byte("\n"))
	}
	if out.Len() > 0 && !lineEmpty {
		out.WriteByte('\n')
	}
	return out.Bytes()
}

// trimLines returns the bytes of a token without blanks at the end of lines.
// Only comments and the first and last line of a heredoc contain line ends.
func trimLines(tok token) []byte {
	switch tok.Type {
	case hclsyntax.TokenComment, hclsyntax.TokenOHeredoc, hclsyntax.TokenCHeredoc:
		lines := bytes.Split(tok.Bytes, []byte("\n"))
		for i, line := range lines {
			lines[i] = bytes.TrimRight(line, blanks)
		}
		return bytes.Join(lines, []byte("\n"))
	default:
		return tok.Bytes
	}
}
