package expr

import (
	"strings"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// sourceMap returns the range in the file of the bytes from..to of a text.
type sourceMap func(from, to int) hcl.Range

// WithSource returns a scope that can point to a place inside a text. source
// returns the bytes of a file by its name in ranges.
func (s *Scope) WithSource(source func(name string) []byte) *Scope {
	return s.withBase(func(b *scopeBase) { b.source = source })
}

// sourceMap maps the bytes of a literal text to their place in the file. For any
// other expression every byte maps to the whole expression.
func (s *Scope) sourceMap(e hcl.Expression) sourceMap {
	whole := func(int, int) hcl.Range { return e.Range() }
	t, ok := e.(*hclsyntax.TemplateExpr)
	if !ok || !t.IsStringLiteral() || s.source == nil {
		return whole
	}
	rng := e.Range()
	src := s.source(rng.Filename)
	if rng.End.Byte > len(src) || rng.Start.Byte >= rng.End.Byte {
		return whole
	}
	text := string(src[rng.Start.Byte:rng.End.Byte])
	var offsets []int
	if strings.HasPrefix(text, "<<") {
		offsets = heredocOffsets(text)
	} else {
		offsets = quotedOffsets(text)
	}
	return func(from, to int) hcl.Range {
		if to >= len(offsets) || from > to {
			return rng
		}
		return hcl.Range{
			Filename: rng.Filename,
			Start:    advancePos(rng.Start, text[:offsets[from]]),
			End:      advancePos(rng.Start, text[:offsets[to]]),
		}
	}
}

// quotedOffsets returns the offset in the source for each byte of the value of a
// quoted text, and for its end.
func quotedOffsets(text string) []int {
	var out []int
	for i := 1; i < len(text)-1; {
		n, value := measureEscape(text[i:])
		for range value {
			out = append(out, i)
		}
		i += n
	}
	return append(out, max(1, len(text)-1))
}

// measureEscape returns the length of the character or escape sequence at the
// start of a source text, and the number of bytes of its value.
func measureEscape(s string) (source, value int) {
	switch {
	case strings.HasPrefix(s, "$${") || strings.HasPrefix(s, "%%{"):
		return 3, 2
	case len(s) >= 6 && strings.HasPrefix(s, `\u`):
		return 6, escapedLen(s[2:6])
	case len(s) >= 10 && strings.HasPrefix(s, `\U`):
		return 10, escapedLen(s[2:10])
	case s[0] == '\\' && len(s) > 1:
		return 2, 1
	}
	return 1, 1
}

func escapedLen(hex string) int {
	var r rune
	for _, c := range strings.ToLower(hex) {
		r *= 16
		if c >= 'a' {
			r += c - 'a' + 10
		} else {
			r += c - '0'
		}
	}
	return max(1, utf8.RuneLen(r))
}

// heredocOffsets is quotedOffsets for a heredoc. The flush form <<- drops the
// indentation that all lines share.
func heredocOffsets(text string) []int {
	begin := strings.IndexByte(text, '\n') + 1
	lines := strings.SplitAfter(text[begin:], "\n")
	for len(lines) > 0 && (strings.TrimSpace(lines[len(lines)-1]) == "" || !strings.HasSuffix(lines[len(lines)-1], "\n")) {
		lines = lines[:len(lines)-1]
	}
	if marker := strings.Trim(strings.TrimSpace(text[:begin]), "<-"); len(lines) > 0 && strings.TrimSpace(lines[len(lines)-1]) == marker {
		lines = lines[:len(lines)-1]
	}
	strip := 0
	if strings.HasPrefix(text, "<<-") {
		strip = sharedIndent(lines)
	}
	var out []int
	at := begin
	for _, line := range lines {
		for i := min(strip, len(line)); i < len(line); {
			n, value := 1, 1
			if strings.HasPrefix(line[i:], "$${") || strings.HasPrefix(line[i:], "%%{") {
				n, value = 3, 2
			}
			for range value {
				out = append(out, at+i)
			}
			i += n
		}
		at += len(line)
	}
	return append(out, at)
}

func sharedIndent(lines []string) int {
	shared := -1
	for _, line := range lines {
		if strings.TrimSpace(line) == "" {
			continue
		}
		n := len(line) - len(strings.TrimLeft(line, " \t"))
		if shared < 0 || n < shared {
			shared = n
		}
	}
	return max(0, shared)
}

// advancePos moves a position over a text. Columns count runes, as HCL's scanner
// does for all text without combining marks.
func advancePos(p hcl.Pos, text string) hcl.Pos {
	for _, r := range text {
		p.Byte += utf8.RuneLen(r)
		if r == '\n' {
			p.Line, p.Column = p.Line+1, 1
			continue
		}
		p.Column++
	}
	return p
}
