package store

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/netname"
)

// Limits of a contact; see also flow.MaxTagLength.
const (
	MaxFields = 200
	MaxField  = 64 << 10 // bytes of a value's JSON
	MaxTags   = 1000
)

// ContactError says why a change of a contact is not valid. The message is for
// people, and contains no values of fields.
type ContactError struct{ Message string }

// Error returns the message.
func (e *ContactError) Error() string { return e.Message }

func contactErrorf(format string, args ...any) error {
	return &ContactError{fmt.Sprintf(format, args...)}
}

// CheckEmail returns a *ContactError if an e-mail address is not valid. It ignores
// surrounding space.
func CheckEmail(email string) error {
	email = strings.TrimSpace(email)
	switch {
	case email == "":
		return contactErrorf("the e-mail address is empty; write one such as \"jane@example.com\"")
	case len(email) > netname.MaxEmail && !netname.IsEmail(email):
		return contactErrorf("%.40q… has %d characters; an e-mail address has %d at most", email, utf8.RuneCountInString(email), netname.MaxEmail)
	case !netname.IsEmail(email):
		return contactErrorf("%q is no e-mail address; write one such as \"jane@example.com\"", email)
	}
	return nil
}

// Validate returns a *ContactError if a change is not valid for any contact.
// Engines call it first.
func (c *ContactChange) Validate() error {
	if err := CheckEmail(c.Email); err != nil {
		return err
	}
	if err := c.validateFields(); err != nil {
		return err
	}
	return c.validateTags()
}

func (c *ContactChange) validateFields() error {
	for name, v := range c.Fields {
		if err := flow.CheckField(name); err != nil {
			return &ContactError{err.Error()}
		}
		if v != nil && !json.Valid(v) {
			return contactErrorf("the value of the field %q is not valid JSON", name)
		}
		if len(v) > MaxField {
			return contactErrorf("the field %q has %d bytes as JSON; a field has %d at most", name, len(v), MaxField)
		}
	}
	return nil
}

func (c *ContactChange) validateTags() error {
	for _, tags := range [][]string{c.Add, c.Remove} {
		for _, tag := range tags {
			if err := flow.CheckTag(tag); err != nil {
				return &ContactError{err.Error()}
			}
		}
	}
	for _, tag := range c.Add {
		if slices.Contains(c.Remove, tag) {
			return contactErrorf("the tag %q is both added and removed; do one or the other", tag)
		}
	}
	return nil
}

// ContactDiff lists the parts of a contact that an engine has to write.
type ContactDiff struct {
	ContactChanged
	Set   []string // fields that are new or differ
	Unset []string // fields that are deleted
}

// IsEmpty reports whether there is nothing to write.
func (d *ContactDiff) IsEmpty() bool {
	return !d.Created && len(d.Set)+len(d.Unset)+len(d.Added)+len(d.Removed) == 0
}

// Apply returns the difference that a change makes to a contact, nil if there is
// none. It does not change the contact. If the contact would become too large,
// Apply returns a *ContactError.
func (c *ContactChange) Apply(to *Contact, now time.Time) (*ContactDiff, error) {
	d := &ContactDiff{}
	if to == nil {
		d.Created = true
		to = &Contact{Email: strings.TrimSpace(c.Email), Created: now, Changed: now}
	}
	next := *to
	d.Contact = &next
	d.applyFields(c)
	d.applyTags(c, now)
	if !d.IsEmpty() {
		next.Changed = now
	}
	switch {
	case len(next.Fields) > MaxFields:
		return nil, contactErrorf("the contact would have %d fields; it may have %d", len(next.Fields), MaxFields)
	case len(next.Tags) > MaxTags:
		return nil, contactErrorf("the contact would have %d tags; it may have %d", len(next.Tags), MaxTags)
	}
	return d, nil
}

func (d *ContactDiff) applyFields(c *ContactChange) {
	fields := maps.Clone(d.Contact.Fields)
	if fields == nil {
		fields = map[string][]byte{}
	}
	for _, name := range slices.Sorted(maps.Keys(c.Fields)) {
		v := c.Fields[name]
		old, had := fields[name]
		switch {
		case v == nil && had:
			delete(fields, name)
			d.Unset = append(d.Unset, name)
		case v != nil && (!had || !bytes.Equal(old, v)):
			fields[name] = v
			d.Set = append(d.Set, name)
		}
	}
	d.Contact.Fields = fields
}

func (d *ContactDiff) applyTags(c *ContactChange, now time.Time) {
	tags := slices.Clone(d.Contact.Tags)
	find := func(name string) (int, bool) {
		return slices.BinarySearchFunc(tags, name, func(t Tag, name string) int { return strings.Compare(t.Name, name) })
	}
	for _, name := range c.Remove {
		if i, had := find(name); had {
			tags = slices.Delete(tags, i, i+1)
			d.Removed = append(d.Removed, name)
		}
	}
	for _, name := range c.Add {
		if i, has := find(name); !has {
			tags = slices.Insert(tags, i, Tag{Name: name, Source: c.Source, Given: now})
			d.Added = append(d.Added, name)
		}
	}
	d.Contact.Tags = tags
}
