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

// SyntaxError says why a body or query is not what its type promises, and
// where. It repeats at most some bytes of the input, so it can be shown to
// whoever sent it.
type SyntaxError struct {
	// Offset is the place in the input, in bytes from its beginning, where the
	// fault was noticed.
	Offset int64
	// Line and Column are the same place as editors count: from 1, columns in
	// characters. Line is 0 where the place is not known.
	Line, Column int
	// Pointer is the JSON pointer (RFC 6901) of the value that is at fault, in
	// the value as far as it was read. It is empty for the whole and where it
	// is not known, and names an enclosing value if it would be very long.
	Pointer string
	// Reason says what is wrong, for people.
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

// NewSyntaxError makes the error for a fault at a byte offset of input.
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

// Quote quotes text of the input for a message: clipped, and with nothing in it
// that could disturb a terminal or a log line.
func Quote(text string) string {
	if clipped := clip(text, maxEcho); clipped != text {
		return strconv.Quote(clipped) + "…"
	}
	return strconv.Quote(text)
}

// clip cuts text to at most limit bytes, between characters.
func clip(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	for limit > 0 && !utf8.RuneStart(text[limit]) {
		limit--
	}
	return text[:limit]
}

// clipPointer shortens a long pointer to that of an enclosing value: one that
// was cut anywhere else would name something that is not there.
func clipPointer(pointer string) string {
	if len(pointer) <= maxPointer {
		return pointer
	}
	return pointer[:strings.LastIndexByte(pointer[:maxPointer+1], '/')]
}

// AppendPointer adds a member's name to a JSON pointer.
func AppendPointer(pointer, name string) string {
	return pointer + "/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(name)
}
