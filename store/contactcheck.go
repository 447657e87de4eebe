package store

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/webhook-gateway/gateway/internal/value"
)

// Bounds of what is kept of a contact.
const (
	MaxFields    = 200
	MaxField     = 64 << 10 // bytes of a value's JSON
	MaxTags      = 1000
	MaxTagLength = 200 // characters of a tag, and of the name of a field
)

// ContactError says why a contact can't be changed as asked. The message is for
// people, and holds no values of fields.
type ContactError struct{ Message string }

// Error gives the message.
func (e *ContactError) Error() string { return e.Message }

func wrongContact(format string, args ...any) error {
	return &ContactError{fmt.Sprintf(format, args...)}
}

// CheckEmail tells what is wrong with the address of a contact, as a
// *ContactError. Space around it is none of it.
func CheckEmail(email string) error {
	email = strings.TrimSpace(email)
	switch {
	case email == "":
		return wrongContact("the e-mail address is empty; write one such as \"jane@example.com\"")
	case len(email) > value.MaxEmail:
		return wrongContact("%.40q… has %d characters; an e-mail address has %d at most", email, utf8.RuneCountInString(email), value.MaxEmail)
	case !value.IsEmail(email):
		return wrongContact("%q is no e-mail address; write one such as \"jane@example.com\"", email)
	}
	return nil
}

// Check tells what is wrong with a change, whatever the contact is like.
// Engines call it first.
func (c *ContactChange) Check() error {
	if err := CheckEmail(c.Email); err != nil {
		return err
	}
	for name, v := range c.Fields {
		if err := checkName("a field's name", name); err != nil {
			return err
		}
		if v != nil && !json.Valid(v) {
			return wrongContact("the value of the field %q is no JSON", name)
		}
		if len(v) > MaxField {
			return wrongContact("the field %q has %d bytes as JSON; a field has %d at most", name, len(v), MaxField)
		}
	}
	for _, tags := range [][]string{c.Add, c.Remove} {
		for _, tag := range tags {
			if err := checkName("a tag", tag); err != nil {
				return err
			}
		}
	}
	for _, tag := range c.Add {
		if slices.Contains(c.Remove, tag) {
			return wrongContact("the tag %q is to be added and to be removed; do one of both", tag)
		}
	}
	return nil
}

// checkName holds tags and names of fields to what can be shown in a line.
func checkName(what, name string) error {
	switch {
	case name == "":
		return wrongContact("%s is empty; give it a name", what)
	case !utf8.ValidString(name) || strings.ContainsFunc(name, unicode.IsControl):
		return wrongContact("%s, %.40q, has a control character, such as a line break; use text of one line", what, name)
	case utf8.RuneCountInString(name) > MaxTagLength:
		return wrongContact("%s, %.40q…, has %d characters; it may have %d", what, name, utf8.RuneCountInString(name), MaxTagLength)
	case strings.TrimSpace(name) != name:
		return wrongContact("%s, %q, has space around it; leave that out", what, name)
	}
	return nil
}
