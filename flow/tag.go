package flow

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// MaxTagLength bounds the characters of a tag, and of the name of a contact's
// field.
const MaxTagLength = 200

// CheckTag returns an error unless the tag is text of one line without space
// around it. Tags are compared byte by byte.
func CheckTag(tag string) error { return checkLabel("a tag", tag) }

// CheckField returns an error unless the name can be that of a contact's field.
func CheckField(name string) error { return checkLabel("a field's name", name) }

func checkLabel(subject, text string) error {
	switch n := utf8.RuneCountInString(text); {
	case text == "":
		return errors.New(subject + " is empty; give it a name")
	case !utf8.ValidString(text) || strings.ContainsFunc(text, unicode.IsControl):
		return fmt.Errorf("%s, %.40q, has a control character, such as a line break; use text of one line", subject, text)
	case n > MaxTagLength:
		return fmt.Errorf("%s, %.40q…, has %d characters; it may have %d", subject, text, n, MaxTagLength)
	case strings.TrimSpace(text) != text:
		return fmt.Errorf("%s, %q, has space around it; remove the space", subject, text)
	}
	return nil
}
