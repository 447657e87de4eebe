package syntax

import (
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// parseBlock parses a block as HCL's parser does, in less time and memory: it keeps no
// list of tokens. HCL's parser parses the expressions that it does not know. It returns
// nil for a block that is unusual or has syntax errors.
func parseBlock(name string, src []byte, at hcl.Pos) *hclsyntax.Block {
	p, ok := newBlockParser(name, src, at)
	if !ok || p.token.Type != hclsyntax.TokenIdent {
		return nil
	}
	b := p.block(p.take())
	if p.token.Type != hclsyntax.TokenEOF {
		return nil
	}
	return b
}

// parseFile is parseBlock for the blocks and attributes of a file.
func parseFile(name string, src []byte) *hclsyntax.Body {
	p, ok := newBlockParser(name, src, hcl.InitialPos)
	if !ok {
		return nil
	}
	return p.body(p.token, hclsyntax.TokenEOF)
}

func newBlockParser(name string, src []byte, at hcl.Pos) (*blockParser, bool) {
	p := &blockParser{scanner: NewScanner(src), places: newPlaces(src, at), name: name}
	if !utf8.Valid(src) {
		return p, false
	}
	p.advance()
	return p, true
}

// blockParser parses a block, token by token. Its methods return nil if they give up.
type blockParser struct {
	scanner Scanner
	places  places
	name    string

	token placedToken // the next one; without a type if the scanner gives up
	last  hcl.Range   // of the token before
	joins bool        // lines are joined: line breaks mean nothing
}

// placedToken is a token and its place.
type placedToken struct {
	Token
	at hcl.Range
}

// take returns the next token and moves on.
func (p *blockParser) take() placedToken {
	t := p.token
	p.last = t.at
	p.advance()
	return t
}

// advance reads the next token. A comment that ends its line is a line break, and others
// are nothing.
func (p *blockParser) advance() {
	for {
		t, sure := p.scanner.Next()
		if t.Type == hclsyntax.TokenComment {
			if p.scanner.src[t.End-1] != '\n' {
				continue
			}
			t.Type = hclsyntax.TokenNewline
		}
		if p.joins && t.Type == hclsyntax.TokenNewline {
			continue
		}
		start, plain := p.places.at(t.Start)
		end, alsoPlain := p.places.at(t.End)
		if !sure || !plain || !alsoPlain {
			t.Type = hclsyntax.TokenNil
		}
		p.token = placedToken{t, hcl.Range{Filename: p.name, Start: start, End: end}}
		return
	}
}

// joinLines says whether line breaks mean nothing from the next token on, and returns
// what was so before.
func (p *blockParser) joinLines(joins bool) (before bool) {
	before, p.joins = p.joins, joins
	if joins && p.token.Type == hclsyntax.TokenNewline {
		p.advance()
	}
	return before
}

func (p *blockParser) text(t placedToken) string { return string(p.scanner.Bytes(t.Token)) }

// block parses a block behind its type.
func (p *blockParser) block(typ placedToken) *hclsyntax.Block {
	b := &hclsyntax.Block{Type: p.text(typ), TypeRange: typ.at}
	for p.token.Type != hclsyntax.TokenOBrace {
		label, at, ok := p.label()
		if !ok {
			return nil
		}
		b.Labels, b.LabelRanges = append(b.Labels, label), append(b.LabelRanges, at)
	}
	open := p.take()
	b.OpenBraceRange = open.at
	switch p.token.Type {
	case hclsyntax.TokenNewline, hclsyntax.TokenCBrace:
		b.Body = p.body(open, hclsyntax.TokenCBrace)
	case hclsyntax.TokenIdent:
		b.Body = p.bodyOfLine()
	}
	b.CloseBraceRange = p.last
	switch {
	case b.Body == nil:
		return nil
	case p.token.Type == hclsyntax.TokenNewline:
		p.take()
	case p.token.Type != hclsyntax.TokenEOF:
		return nil
	}
	return b
}

// label parses a label: a name, or a text without anything special.
func (p *blockParser) label() (label string, at hcl.Range, ok bool) {
	open := p.take()
	if open.Type == hclsyntax.TokenIdent {
		return p.text(open), open.at, true
	}
	if open.Type != hclsyntax.TokenOQuote || p.token.Type != hclsyntax.TokenQuotedLit {
		return "", hcl.Range{}, false
	}
	literal := p.take()
	if p.token.Type != hclsyntax.TokenCQuote || !isPlain(p.scanner.Bytes(literal.Token)) {
		return "", hcl.Range{}, false
	}
	return p.text(literal), hcl.RangeBetween(open.at, p.take().at), true
}

// body parses the lines of a block or file, up to its closing brace or the end. open is
// the first token of its range.
func (p *blockParser) body(open placedToken, end hclsyntax.TokenType) *hclsyntax.Body {
	b := &hclsyntax.Body{Attributes: hclsyntax.Attributes{}, Blocks: hclsyntax.Blocks{}}
	for {
		first := p.take()
		switch first.Type {
		case hclsyntax.TokenNewline:
			continue
		case end:
			b.SrcRange, b.EndRange = hcl.RangeBetween(open.at, first.at), endOf(first.at)
			return b
		case hclsyntax.TokenIdent:
			if !p.item(b, first) {
				return nil
			}
		default:
			return nil
		}
	}
}

// item adds the attribute or block that begins with a name.
func (p *blockParser) item(b *hclsyntax.Body, name placedToken) bool {
	if p.token.Type != hclsyntax.TokenEqual {
		block := p.block(name)
		b.Blocks = append(b.Blocks, block)
		return block != nil
	}
	a := p.attribute(name, hclsyntax.TokenNewline)
	if a == nil || b.Attributes[a.Name] != nil {
		return false
	}
	p.take() // the line break
	b.Attributes[a.Name] = a
	return true
}

// bodyOfLine parses the only attribute of a block in one line, and the closing brace.
func (p *blockParser) bodyOfLine() *hclsyntax.Body {
	name := p.take()
	if p.token.Type != hclsyntax.TokenEqual {
		return nil
	}
	a := p.attribute(name, hclsyntax.TokenCBrace)
	if a == nil {
		return nil
	}
	p.take()
	return &hclsyntax.Body{Attributes: hclsyntax.Attributes{a.Name: a}, SrcRange: a.SrcRange, EndRange: endOf(a.SrcRange)}
}

// attribute parses an attribute behind its name. The token behind it must have a type.
func (p *blockParser) attribute(name placedToken, end hclsyntax.TokenType) *hclsyntax.Attribute {
	equals := p.take()
	before := *p
	expr := p.expression()
	if expr == nil || p.token.Type != end {
		*p = before
		expr = p.otherExpression()
	}
	if expr == nil || p.token.Type != end {
		return nil
	}
	return &hclsyntax.Attribute{
		Name: p.text(name), Expr: expr,
		SrcRange: hcl.RangeBetween(name.at, p.last), NameRange: name.at, EqualsRange: equals.at,
	}
}

// endOf returns the empty range behind another one.
func endOf(r hcl.Range) hcl.Range {
	return hcl.Range{Filename: r.Filename, Start: r.End, End: r.End}
}
