package store

import (
	"strings"
	"unicode/utf8"
)

// MaxText is how many bytes of a text for people are stored.
const MaxText = 4 << 10

// CleanText returns a text that any engine can store: valid UTF-8 without NUL, cut
// at MaxText. U+FFFD replaces each invalid sequence.
func CleanText(s string) string {
	if len(s) <= MaxText && utf8.ValidString(s) && !strings.Contains(s, "\x00") {
		return s
	}
	if len(s) > MaxText {
		s = cutText(s, MaxText-len("…")) + "…"
	}
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
}

// cutText returns the first n bytes, or fewer so that no letter is cut.
func cutText(s string, n int) string {
	for i := n; i > n-utf8.UTFMax; i-- {
		if utf8.RuneStart(s[i]) {
			return s[:i]
		}
	}
	return s[:n]
}

// Clean returns the cause with texts that any engine can store.
func (c Cause) Clean() Cause {
	return Cause{
		Reason: CleanText(c.Reason), Class: CleanText(c.Class), Action: CleanText(c.Action),
		Position: CleanText(c.Position), Message: CleanText(c.Message), Detail: cleanDetail(c.Detail),
	}
}

// cleanDetail drops a detail that is too long, or that not any engine can store: a
// part of it can't be decoded.
func cleanDetail(s string) string {
	if len(s) > MaxDetail || !utf8.ValidString(s) || strings.Contains(s, "\x00") {
		return ""
	}
	return s
}

// IsZero reports whether there is no cause.
func (c Cause) IsZero() bool { return c == Cause{} }
