package syntax

import (
	"bytes"

	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// Scanner finds the tokens of a text one after another, and allocates nothing. They
// are those of hclsyntax.LexConfig, without lines and columns. The text must be UTF-8. The
// scanner gives up if the text has mistakes or is unusual. Then LexConfig must be asked,
// also for the tokens before.
type Scanner struct {
	src    []byte
	at     int
	texts  [maxTexts]openText
	open   int  // how many texts are open
	inText bool // at is in the innermost open text and not in a ${ } or %{ } of it
}

// maxTexts is how many texts inside one another the scanner follows.
const maxTexts = 8

// openText is a text in quotes or a heredoc.
type openText struct {
	marker      []byte // of the heredoc; nil in quotes
	atLineStart bool   // of the heredoc, nothing has been found in this line
	braces      int    // that are open in its ${ } or %{ }
}

// Token is a token of a text.
type Token struct {
	Type       hclsyntax.TokenType
	Start, End int
}

// NewScanner returns a scanner of a text.
func NewScanner(src []byte) Scanner { return Scanner{src: src} }

// Bytes returns the text of a token.
func (s *Scanner) Bytes(t Token) []byte { return s.src[t.Start:t.End] }

// Next returns the next token, TokenEOF at the end. It returns false if it gives up.
func (s *Scanner) Next() (Token, bool) {
	if !s.inText {
		s.skipSpaces()
	}
	t := Token{Start: s.at}
	switch {
	case s.at == len(s.src):
		t.Type = hclsyntax.TokenEOF
		t.End = s.at
		return t, s.open == 0
	case !s.inText:
		t.Type = s.scanCode()
	case s.texts[s.open-1].marker == nil:
		t.Type = s.scanQuoted()
	default:
		t.Type = s.scanHeredoc()
	}
	t.End = s.at
	return t, t.Type != hclsyntax.TokenNil
}

func (s *Scanner) skipSpaces() {
	for s.at < len(s.src) && (s.src[s.at] == ' ' || s.src[s.at] == '\t') {
		s.at++
	}
}

// peek returns the byte at a distance, 0 behind the end.
func (s *Scanner) peek(n int) byte {
	if s.at+n < len(s.src) {
		return s.src[s.at+n]
	}
	return 0
}

// take moves on by a number of bytes.
func (s *Scanner) take(n int, t hclsyntax.TokenType) hclsyntax.TokenType {
	s.at += n
	return t
}

// scanCode moves behind the next token that is no part of a text, and returns its type,
// TokenNil to give up.
func (s *Scanner) scanCode() hclsyntax.TokenType {
	switch c := s.src[s.at]; {
	case isNameStart(c):
		s.at += nameLength(s.src[s.at:])
		return hclsyntax.TokenIdent
	case isDigit(c):
		s.at += numberLength(s.src[s.at:])
		return hclsyntax.TokenNumberLit
	case c == '\n':
		return s.take(1, hclsyntax.TokenNewline)
	case c == '\r' && s.peek(1) == '\n':
		return s.take(2, hclsyntax.TokenNewline)
	case c == '"':
		return s.openText(1, hclsyntax.TokenOQuote, nil)
	case c == '{', c == '}', c == '~':
		return s.scanBrace(c)
	case c == '#', c == '/' && s.peek(1) == '/', c == '/' && s.peek(1) == '*':
		return s.scanComment()
	case c == '<' && s.peek(1) == '<':
		return s.scanHeredocStart()
	}
	return s.scanOperator()
}

func (s *Scanner) scanBrace(c byte) hclsyntax.TokenType {
	if c == '{' {
		if s.open > 0 {
			s.texts[s.open-1].braces++
		}
		return s.take(1, hclsyntax.TokenOBrace)
	}
	if s.open > 0 && s.texts[s.open-1].braces > 0 {
		if c == '~' {
			return hclsyntax.TokenNil
		}
		s.texts[s.open-1].braces--
		return s.take(1, hclsyntax.TokenCBrace)
	}
	switch {
	case c == '}' && s.open == 0:
		return s.take(1, hclsyntax.TokenCBrace)
	case s.open > 0 && c == '}':
		s.inText = true
		return s.take(1, hclsyntax.TokenTemplateSeqEnd)
	case s.open > 0 && s.peek(1) == '}':
		s.inText = true
		return s.take(2, hclsyntax.TokenTemplateSeqEnd)
	}
	return hclsyntax.TokenNil
}

// scanComment moves behind a comment. One that does not end is unusual.
func (s *Scanner) scanComment() hclsyntax.TokenType {
	rest := s.src[s.at:]
	if rest[0] == '/' && rest[1] == '*' {
		length := bytes.Index(rest[2:], []byte("*/"))
		if length < 0 {
			return hclsyntax.TokenNil
		}
		return s.take(2+length+2, hclsyntax.TokenComment)
	}
	length := bytes.IndexByte(rest, '\n') + 1
	if length == 0 {
		length = len(rest)
	}
	return s.take(length, hclsyntax.TokenComment)
}

// operators are those of several characters.
var operators = [...]struct {
	text string
	typ  hclsyntax.TokenType
}{
	{"==", hclsyntax.TokenEqualOp},
	{"!=", hclsyntax.TokenNotEqual},
	{">=", hclsyntax.TokenGreaterThanEq},
	{"<=", hclsyntax.TokenLessThanEq},
	{"&&", hclsyntax.TokenAnd},
	{"||", hclsyntax.TokenOr},
	{"::", hclsyntax.TokenDoubleColon},
	{"...", hclsyntax.TokenEllipsis},
	{"=>", hclsyntax.TokenFatArrow},
}

func (s *Scanner) scanOperator() hclsyntax.TokenType {
	c := s.src[s.at]
	switch c {
	case '=', '!', '>', '<', '&', '|', ':', '.':
		for _, o := range operators {
			if o.text[0] == c && s.peek(1) == o.text[1] && (len(o.text) == 2 || s.peek(2) == o.text[2]) {
				return s.take(len(o.text), o.typ)
			}
		}
	}
	switch c {
	case '[', ']', '(', ')', '.', ',', '*', '/', '%', '+', '-', '=', '<', '>', '!', '?', ':':
		return s.take(1, hclsyntax.TokenType(c))
	}
	return hclsyntax.TokenNil
}

func isDigit(c byte) bool     { return '0' <= c && c <= '9' }
func isNameStart(c byte) bool { return c == '_' || 'a' <= c|0x20 && c|0x20 <= 'z' }

// nameLength returns the length of the name at the beginning of a text, 0 if there is
// none of ASCII characters.
func nameLength(text []byte) int {
	n := 0
	for n < len(text) && (isNameStart(text[n]) || n > 0 && (isDigit(text[n]) || text[n] == '-')) {
		n++
	}
	return n
}

// numberLength returns the length of the number at the beginning of a text. Points and
// exponents may follow one another in any order, and the last point is no part of it.
func numberLength(text []byte) int {
	end := 1
	for i := 1; i < len(text); {
		switch c := text[i]; {
		case isDigit(c):
			i++
			end = i
		case c == '.':
			i++
		case c == 'e' || c == 'E':
			i++
			if i < len(text) && (text[i] == '+' || text[i] == '-') {
				i++
			}
			if i == len(text) || !isDigit(text[i]) {
				return end
			}
		default:
			return end
		}
	}
	return end
}
