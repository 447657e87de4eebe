package store

import (
	"bytes"
	"maps"
	"slices"
	"strings"
	"time"
)

// ContactDiff is what an engine has to write for a change.
type ContactDiff struct {
	ContactChanged
	Set   []string // fields of the contact that are new or differ
	Unset []string // fields that it had
}

// IsEmpty tells whether there is nothing to write.
func (d *ContactDiff) IsEmpty() bool {
	return !d.Created && len(d.Set)+len(d.Unset)+len(d.Added)+len(d.Removed) == 0
}

// Apply works out what a change does to a contact, nil where there is none. It
// leaves the contact as it is. A contact that would become too large is a
// *ContactError.
func (c *ContactChange) Apply(to *Contact, now time.Time) (*ContactDiff, error) {
	d := &ContactDiff{}
	if to == nil {
		d.Created = true
		to = &Contact{Email: strings.TrimSpace(c.Email), Created: now, Changed: now}
	}
	next := *to
	d.Contact = &next
	d.fields(c)
	d.tags(c, now)
	if !d.IsEmpty() {
		next.Changed = now
	}
	switch {
	case len(next.Fields) > MaxFields:
		return nil, wrongContact("the contact would have %d fields; it may have %d", len(next.Fields), MaxFields)
	case len(next.Tags) > MaxTags:
		return nil, wrongContact("the contact would have %d tags; it may have %d", len(next.Tags), MaxTags)
	}
	return d, nil
}

func (d *ContactDiff) fields(c *ContactChange) {
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

func (d *ContactDiff) tags(c *ContactChange, now time.Time) {
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
