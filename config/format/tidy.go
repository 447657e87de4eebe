package format

import (
	"bytes"

	"github.com/hashicorp/hcl/v2/hclsyntax"
)

const blanks = " \t\r"

// tidy applies the rules about lines: their ends, the blanks before those, and
// blank lines. It goes before the layout, which measures comments to align
// what stands beside them.
func tidy(src []byte) []byte {
	var out bytes.Buffer
	fresh := true    // nothing stands on the current line yet
	skipped := false // a blank line is due before the next token
	for _, tok := range lex(src) {
		switch {
		case tok.inHeredoc:
			out.Write(tok.gap)
			out.Write(tok.Bytes)
			continue
		case tok.Type == hclsyntax.TokenEOF:
			continue
		case tok.Type == hclsyntax.TokenNewline && fresh:
			skipped = out.Len() > 0
			continue
		case tok.Type == hclsyntax.TokenNewline:
			out.WriteByte('\n')
			fresh = true
			continue
		}
		if skipped {
			out.WriteByte('\n')
			skipped = false
		}
		out.Write(tok.gap)
		out.Write(trimLines(tok))
		fresh = bytes.HasSuffix(out.Bytes(), []byte("\n"))
	}
	if out.Len() > 0 && !fresh {
		out.WriteByte('\n')
	}
	return out.Bytes()
}

// trimLines returns the bytes of a token without blanks at the end of lines.
// Only comments and the two ends of a heredoc hold line ends.
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
