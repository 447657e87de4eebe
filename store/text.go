package store

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"unicode/utf8"
)

// MaxText is how many bytes of a text for people are kept.
const MaxText = 4 << 10

// CleanText makes a text that any engine can keep: valid UTF-8 without NUL,
// each fault replaced by U+FFFD, cut at MaxText.
func CleanText(s string) string {
	if len(s) <= MaxText && utf8.ValidString(s) && !strings.Contains(s, "\x00") {
		return s
	}
	if len(s) > MaxText {
		s = cut(s, MaxText-len("…")) + "…"
	}
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
}

// cut returns the first n bytes, and less where they end inside of a letter.
func cut(s string, n int) string {
	for i := n; i > n-utf8.UTFMax; i-- {
		if utf8.RuneStart(s[i]) {
			return s[:i]
		}
	}
	return s[:n]
}

// Clean returns the cause with texts that any engine can keep.
func (c Cause) Clean() Cause {
	return Cause{
		Reason: CleanText(c.Reason), Class: CleanText(c.Class), Action: CleanText(c.Action),
		Position: CleanText(c.Position), Message: CleanText(c.Message),
	}
}

// IsZero tells whether nothing is said.
func (c Cause) IsZero() bool { return c == Cause{} }

// MaxName is how many bytes a name has that is kept as it is.
const MaxName = 256

// ShortName returns the name under which an engine keeps a key: the name
// itself, or a digest where it is long. Callers need not call it.
func ShortName(name string) string {
	if len(name) <= MaxName {
		return name
	}
	sum := sha256.Sum256([]byte(name))
	return "sha256:" + hex.EncodeToString(sum[:])
}
