package jq

import "github.com/webhook-gateway/gateway/internal/value"

// marks are the numbers of marks in a JSON text, outside of its strings.
type marks struct {
	objects, lists int // "{" and "["
	elements       int // ","
	members        int // ":"
}

func marksOf(text string) (m marks) {
	inString := false
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case c == '"':
			inString = !inString
		case inString:
			if c == '\\' {
				i++ // the next byte ends no string
			}
		case c == '{':
			m.objects++
		case c == '[':
			m.lists++
		case c == ',':
			m.elements++
		case c == ':':
			m.members++
		}
	}
	return m
}

// decodedSize returns at least the bytes of the value of the text.
func (m marks) decodedSize() int {
	const scalar = textHead + 16 // the head of a text, and the most that its block is larger than it
	return m.objects*(value.ObjectSize(1)+scalar) + m.lists*(listHead+grownPlace) +
		m.elements*(grownPlace+scalar) + m.members*(memberBytes/2+2*scalar)
}
