package value

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

const (
	maxEcho    = 40  // bytes of the input that a message repeats
	maxReason  = 200 // bytes of a reason that comes from a library
	maxPointer = 256 // bytes of a pointer
)

// SyntaxError says where and why a body or query is malformed. It repeats at most
// a few bytes of the input, so its sender may see it.
type SyntaxError struct {
	// Offset is the offset in the input, in bytes, at which the error was found.
	Offset int64
	// Line and Column are the same place as editors count it: from 1, columns in
	// characters. Line is 0 if the place is not known.
	Line, Column int
	// Pointer is the JSON pointer (RFC 6901) of the malformed value. It is empty for
	// the whole value and if it is not known. A very long one is cut to the pointer
	// of an enclosing value.
	Pointer string
	// Reason describes the error for people.
	Reason string
}

// Error returns the place and the reason in one line.
func (e *SyntaxError) Error() string {
	var b strings.Builder
	if e.Line > 0 {
		fmt.Fprintf(&b, "line %d, column %d", e.Line, e.Column)
	}
	if e.Pointer != "" {
		if b.Len() > 0 {
			b.WriteString(", ")
		}
		b.WriteString("at " + e.Pointer)
	}
	if b.Len() > 0 {
		b.WriteString(": ")
	}
	b.WriteString(e.Reason)
	return b.String()
}

// NewSyntaxError returns an error at a byte offset of input.
func NewSyntaxError(input []byte, offset int64, pointer, reason string) *SyntaxError {
	offset = max(0, min(offset, int64(len(input))))
	before := input[:offset]
	lineStart := bytes.LastIndexByte(before, '\n') + 1
	return &SyntaxError{
		Offset:  offset,
		Line:    bytes.Count(before, []byte("\n")) + 1,
		Column:  utf8.RuneCount(before[lineStart:]) + 1,
		Pointer: clipPointer(pointer),
		Reason:  reason,
	}
}

// Quote quotes text of the input for a message. It clips the text and escapes
// control characters.
func Quote(text string) string {
	if clipped := clipText(text, maxEcho); clipped != text {
		return strconv.Quote(clipped) + "…"
	}
	return strconv.Quote(text)
}

// clipText cuts text to at most limit bytes, between characters.
func clipText(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	for limit > 0 && !utf8.RuneStart(text[limit]) {
		limit--
	}
	return text[:limit]
}

// clipPointer shortens a long pointer to the pointer of an enclosing value.
func clipPointer(pointer string) string {
	if len(pointer) <= maxPointer {
		return pointer
	}
	return pointer[:strings.LastIndexByte(pointer[:maxPointer+1], '/')]
}

// AppendPointer adds the name of a member to a JSON pointer.
func AppendPointer(pointer, name string) string {
	return pointer + "/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(name)
}
