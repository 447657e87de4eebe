package richtext

import "strings"

// Guarded characters lie in a plane of private use: guardBase and the byte.
const (
	guardBase  = 0xF0000
	guardShift = 0xF0080 // says that the next character is one of the plane itself
	guardAway  = 0x100   // how far such a character is moved
)

// Guard makes a text safe to stand anywhere in Markdown: no character of it has
// a meaning there. Unguard gives the text back.
func Guard(text string) string {
	if !strings.ContainsFunc(text, func(r rune) bool { return needsGuard(r) || inPlane(r) }) {
		return text
	}
	var b strings.Builder
	for _, r := range text {
		switch {
		case needsGuard(r):
			b.WriteRune(guardBase + r)
		case inPlane(r):
			b.WriteRune(guardShift)
			b.WriteRune(r + guardAway)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// Unguard gives a text as it was before Guard. Other characters stay.
func Unguard(text string) string {
	if !strings.ContainsFunc(text, inPlane) {
		return text
	}
	var b strings.Builder
	shifted := false
	for _, r := range text {
		switch {
		case shifted:
			b.WriteRune(r - guardAway)
			shifted = false
		case r == guardShift:
			shifted = true
		case r >= guardBase && r < guardBase+0x80:
			b.WriteRune(r - guardBase)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

func needsGuard(r rune) bool {
	letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
	return r < 0x80 && !letter
}

// inPlane tells the characters of private use that stand for others here.
func inPlane(r rune) bool { return r >= guardBase && r <= guardShift }
