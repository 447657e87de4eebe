package store

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/netname"
)

// Bounds of what is kept of a contact; see flow.MaxTag too.
const (
	MaxFields = 200
	MaxField  = 64 << 10 // bytes of a value's JSON
	MaxTags   = 1000
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
	case len(email) > netname.MaxEmail:
		return wrongContact("%.40q… has %d characters; an e-mail address has %d at most", email, utf8.RuneCountInString(email), netname.MaxEmail)
	case !netname.IsEmail(email):
		return wrongContact("%q is no e-mail address; write one such as \"jane@example.com\"", email)
	}
	return nil
}

// Check tells what is wrong with a change, whatever the contact is like.
// Engines call it first.
func (c *ContactChange) Validate() error {
	if err := CheckEmail(c.Email); err != nil {
		return err
	}
	for name, v := range c.Fields {
		if err := flow.CheckField(name); err != nil {
			return &ContactError{err.Error()}
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
			if err := flow.CheckTag(tag); err != nil {
				return &ContactError{err.Error()}
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
