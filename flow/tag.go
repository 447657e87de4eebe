package flow

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// MaxTagLength is how many characters a tag has at most, and the name of a field of a
// contact.
const MaxTagLength = 200

// CheckTag tells what is wrong with a tag: it is text of one line, without
// space around it. Tags are compared byte by byte.
func CheckTag(tag string) error { return checkLabel("a tag", tag) }

// CheckField tells what is wrong with the name of a field of a contact.
func CheckField(name string) error { return checkLabel("a field's name", name) }

func checkLabel(what, text string) error {
	switch n := utf8.RuneCountInString(text); {
	case text == "":
		return errors.New(what + " is empty; give it a name")
	case !utf8.ValidString(text) || strings.ContainsFunc(text, unicode.IsControl):
		return fmt.Errorf("%s, %.40q, has a control character, such as a line break; use text of one line", what, text)
	case n > MaxTagLength:
		return fmt.Errorf("%s, %.40q…, has %d characters; it may have %d", what, text, n, MaxTagLength)
	case strings.TrimSpace(text) != text:
		return fmt.Errorf("%s, %q, has space around it; leave that out", what, text)
	}
	return nil
}
