package syntax

import (
	"bytes"

	"github.com/hashicorp/hcl/v2"
)

// places finds the lines and columns of offsets in a text, one after another.
type places struct {
	src       []byte
	start     hcl.Pos // of the text
	line      int     // of the last offset
	lineStart int     // its offset; below 0 if the line begins before the text
	offset    int     // the last one
	plain     bool    // the line has nothing but ASCII before it
}

func newPlaces(src []byte, start hcl.Pos) places {
	return places{src: src, start: start, line: start.Line, lineStart: 1 - start.Column, plain: true}
}

// at returns the place of an offset, which must not be before that of the last call.
// It returns false if a character before it in its line is not ASCII: what people see as
// one character may be several, and columns count what they see.
func (p *places) at(offset int) (hcl.Pos, bool) {
	for {
		length := bytes.IndexByte(p.src[p.offset:offset], '\n')
		if length < 0 {
			break
		}
		p.offset += length + 1
		p.lineStart, p.plain = p.offset, true
		p.line++
	}
	p.plain = p.plain && isASCII(p.src[p.offset:offset])
	p.offset = offset
	return hcl.Pos{Line: p.line, Column: offset - p.lineStart + 1, Byte: p.start.Byte + offset}, p.plain
}
