package syntax

import (
	"bytes"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// openText moves behind the begin of a text.
func (s *Scanner) openText(length int, t hclsyntax.TokenType, marker []byte) hclsyntax.TokenType {
	if s.open == maxTexts {
		return hclsyntax.TokenNil
	}
	s.texts[s.open] = openText{marker: marker, atLineStart: true}
	s.open++
	s.inText = true
	return s.take(length, t)
}

// closeText leaves the text that was opened last. What follows is in its place.
func (s *Scanner) closeText() {
	s.open--
	s.inText = false
}

// scanHeredocStart moves behind <<MARKER and its line, or behind the first sign if that
// is no heredoc.
func (s *Scanner) scanHeredocStart() hclsyntax.TokenType {
	begin := s.at + 2
	if s.peek(2) == '-' {
		begin++
	}
	end := begin + nameLength(s.src[begin:])
	rest := s.src[end:]
	switch {
	case end == begin && (len(rest) == 0 || rest[0] < utf8.RuneSelf):
		return s.scanOperator()
	case bytes.HasPrefix(rest, []byte("\n")):
		return s.openText(end+1-s.at, hclsyntax.TokenOHeredoc, s.src[begin:end])
	case bytes.HasPrefix(rest, []byte("\r\n")):
		return s.openText(end+2-s.at, hclsyntax.TokenOHeredoc, s.src[begin:end])
	}
	return hclsyntax.TokenNil
}

// scanSequence moves behind ${ or %{, or behind what stands for one of them in a text:
// $${ or %%{. It returns TokenNil if there is none.
func (s *Scanner) scanSequence(literal hclsyntax.TokenType) hclsyntax.TokenType {
	c := s.src[s.at]
	switch {
	case s.peek(1) == '{':
		t := hclsyntax.TokenTemplateInterp
		if c == '%' {
			t = hclsyntax.TokenTemplateControl
		}
		top := &s.texts[s.open-1]
		s.inText, top.braces, top.atLineStart = false, 0, false
		return s.take(s.sequenceLength(2), t)
	case s.peek(1) == c && s.peek(2) == '{':
		return s.take(s.sequenceLength(3), literal)
	}
	return hclsyntax.TokenNil
}

// sequenceLength adds the ~ that may follow the brace of a sequence.
func (s *Scanner) sequenceLength(n int) int {
	if s.peek(n) == '~' {
		n++
	}
	return n
}

// scanQuoted moves behind the next token of a text in quotes.
func (s *Scanner) scanQuoted() hclsyntax.TokenType {
	switch c := s.src[s.at]; c {
	case '"':
		s.closeText()
		return s.take(1, hclsyntax.TokenCQuote)
	case '$', '%':
		if t := s.scanSequence(hclsyntax.TokenQuotedLit); t != hclsyntax.TokenNil {
			return t
		}
		return s.take(1, hclsyntax.TokenQuotedLit)
	}
	for s.at < len(s.src) {
		switch s.src[s.at] {
		case '"', '$', '%':
			return hclsyntax.TokenQuotedLit
		case '\n', '\r':
			return hclsyntax.TokenNil
		case '\\':
			s.at++
			if s.peek(0) == '\n' || s.peek(0) == '\r' {
				return hclsyntax.TokenNil
			}
			_, length := utf8.DecodeRune(s.src[s.at:])
			s.at += length
		default:
			s.at++
		}
	}
	return hclsyntax.TokenNil
}

// scanHeredoc moves behind the next token of a heredoc.
func (s *Scanner) scanHeredoc() hclsyntax.TokenType {
	if c := s.src[s.at]; c == '$' || c == '%' {
		return s.scanHeredocSign()
	}
	top := &s.texts[s.open-1]
	begin := s.at
	length := bytes.IndexAny(s.src[s.at:], "$%\r\n")
	if length < 0 {
		return hclsyntax.TokenNil
	}
	s.at += length
	end := s.at
	if c := s.src[s.at]; c == '$' || c == '%' {
		top.atLineStart = false
		return hclsyntax.TokenStringLit
	}
	if !s.takeLineEnd() {
		return hclsyntax.TokenNil
	}
	if top.atLineStart && bytes.Equal(bytes.TrimSpace(s.src[begin:end]), top.marker) {
		s.closeText()
		s.at = end // the end of the line is a token
		return hclsyntax.TokenCHeredoc
	}
	top.atLineStart = true
	return hclsyntax.TokenStringLit
}

// scanHeredocSign moves behind a $ or % of a heredoc and what belongs to it.
func (s *Scanner) scanHeredocSign() hclsyntax.TokenType {
	top := &s.texts[s.open-1]
	t := s.scanSequence(hclsyntax.TokenStringLit)
	if t == hclsyntax.TokenNil {
		top.atLineStart = false
		return s.scanLoneSign()
	}
	if t == hclsyntax.TokenStringLit {
		top.atLineStart = s.takeLineEnd()
	}
	return t
}

// takeLineEnd moves behind the end of a line, if it is here.
func (s *Scanner) takeLineEnd() bool {
	switch {
	case s.peek(0) == '\n':
		s.at++
	case s.peek(0) == '\r' && s.peek(1) == '\n':
		s.at += 2
	default:
		return false
	}
	return true
}

// scanLoneSign moves behind a $ or % of a heredoc that begins no sequence. LexConfig
// adds the last character of a line, whose place the unusual cases leave unclear.
func (s *Scanner) scanLoneSign() hclsyntax.TokenType {
	for n := 1; n <= 2; n++ {
		if c := s.peek(n); c == '\n' && n == 2 || c == '\r' || c == 0 {
			return hclsyntax.TokenNil
		}
	}
	return s.take(1, hclsyntax.TokenStringLit)
}
