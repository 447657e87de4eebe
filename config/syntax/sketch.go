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
	if mayNest(src) || mayBeLong(src) || !utf8.Valid(src) {
		return nil, false
	}
	s := sketcher{Scanner: NewScanner(src), places: newPlaces(src, hcl.InitialPos), name: name}
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
	places places
	name   string
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
	start, plain := s.places.at(first.Start)
	end, alsoPlain := s.places.at(last.End)
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
