package syntax

import (
	"bytes"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// SketchedBlock is a block that Sketch has found.
type SketchedBlock struct {
	Label string
	Range hcl.Range // the whole block
}

// Sketch finds the blocks of a file that has nothing but blocks of one type, each with
// one plain label, by its tokens alone. It returns false for any other file, and may
// return blocks with syntax errors, which ParseAgain finds.
func Sketch(name string, src []byte, typ string) ([]SketchedBlock, bool) {
	if mayNest(src) || !utf8.Valid(src) {
		return nil, false
	}
	s := sketcher{Scanner: NewScanner(src), name: name, line: 1}
	var out []SketchedBlock
	for {
		t := s.next()
		switch t.Type {
		case hclsyntax.TokenNewline, hclsyntax.TokenComment:
			continue
		case hclsyntax.TokenEOF:
			return out, true
		}
		b, ok := s.block(t, typ)
		if !ok {
			return nil, false
		}
		out = append(out, b)
	}
}

// sketcher finds blocks and their places.
type sketcher struct {
	Scanner
	name      string
	line      int // of lineStart
	lineStart int // offset of a line at or before the last place
}

// next returns the next token, and one without a type if the scanner gives up.
func (s *sketcher) next() Token {
	t, sure := s.Next()
	if !sure {
		return Token{}
	}
	return t
}

// block returns the block that begins with a token. It returns false if there is none
// that ends at the end of a line.
func (s *sketcher) block(first Token, typ string) (SketchedBlock, bool) {
	label, ok := s.head(first, typ)
	if !ok {
		return SketchedBlock{}, false
	}
	var last Token
	for depth := 1; depth > 0; {
		last = s.next()
		switch last.Type {
		case hclsyntax.TokenOBrace, hclsyntax.TokenTemplateInterp, hclsyntax.TokenTemplateControl:
			depth++
		case hclsyntax.TokenCBrace, hclsyntax.TokenTemplateSeqEnd:
			depth--
		case hclsyntax.TokenEOF, hclsyntax.TokenNil:
			return SketchedBlock{}, false
		}
	}
	start, plain := s.place(first.Start)
	end, alsoPlain := s.place(last.End)
	at := hcl.Range{Filename: s.name, Start: start, End: end}
	return SketchedBlock{label, at}, plain && alsoPlain && s.endLine()
}

// head returns the label of the block that begins with a token.
func (s *sketcher) head(first Token, typ string) (label string, ok bool) {
	if first.Type != hclsyntax.TokenIdent || string(s.Bytes(first)) != typ || s.next().Type != hclsyntax.TokenOQuote {
		return "", false
	}
	t := s.next()
	text := s.Bytes(t)
	isName := t.Type == hclsyntax.TokenQuotedLit && nameLength(text) == len(text)
	if !isName || s.next().Type != hclsyntax.TokenCQuote || s.next().Type != hclsyntax.TokenOBrace {
		return "", false
	}
	return string(text), true
}

// endLine moves to the next line. It returns false if there is more in this one than
// comments.
func (s *sketcher) endLine() bool {
	for {
		switch t := s.next(); t.Type {
		case hclsyntax.TokenNewline, hclsyntax.TokenEOF:
			return true
		case hclsyntax.TokenComment:
			if bytes.HasSuffix(s.Bytes(t), []byte("\n")) {
				return true
			}
		default:
			return false
		}
	}
}

// place returns the place of an offset, which must not be before that of the last call.
// It returns false if a character before it in its line is not ASCII: what people see as
// one character may be several, and columns count what they see.
func (s *sketcher) place(offset int) (hcl.Pos, bool) {
	for {
		length := bytes.IndexByte(s.src[s.lineStart:offset], '\n')
		if length < 0 {
			break
		}
		s.lineStart += length + 1
		s.line++
	}
	before := s.src[s.lineStart:offset]
	return hcl.Pos{Line: s.line, Column: len(before) + 1, Byte: offset}, isASCII(before)
}
