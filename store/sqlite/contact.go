package sqlite

import (
	"context"
	"database/sql/driver"
	"fmt"
	"strings"
	"time"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/store"
)

// querier reads: from a view of the file, or in the transaction that writes.
type querier interface {
	query(text string, each rowFunc, args ...driver.Value) error
	queryRow(text string, each func([]driver.Value), args ...driver.Value) (bool, error)
}

// GetContact returns the contact of an address.
func (s *Store) GetContact(ctx context.Context, email string) (*store.Contact, error) {
	var c *store.Contact
	err := s.readers.withView(ctx, func(v *view) (err error) {
		c, err = readContact(v, store.ContactKey(email))
		return err
	})
	if err == nil && c == nil {
		err = fmt.Errorf("%w: the contact", store.ErrNotFound)
	}
	if err != nil {
		return nil, err
	}
	return c, nil
}

const contactColumns = "contact, email, created, changed"

// readContact reads a contact, or nil if there is none.
func readContact(r querier, key string) (*store.Contact, error) {
	c := &store.Contact{}
	found, err := r.queryRow("SELECT "+contactColumns+" FROM contacts WHERE contact = ?", func(v []driver.Value) { *c = contactFromRow(v) }, key)
	if err != nil || !found {
		return nil, err
	}
	_, err = readContactParts(r, key, c)
	return c, err
}

func contactFromRow(v []driver.Value) store.Contact {
	return store.Contact{Email: textOf(v[1]), Fields: map[string][]byte{}, Created: timeOf(v[2]), Changed: timeOf(v[3])}
}

// readContactParts reads fields and tags, and returns their size in bytes.
func readContactParts(r querier, key string, c *store.Contact) (size int, err error) {
	err = r.query("SELECT name, value FROM contact_fields WHERE contact = ?", func(v []driver.Value) error {
		c.Fields[textOf(v[0])] = blobOf(v[1])
		size += len(textOf(v[0])) + len(blobOf(v[1]))
		return nil
	}, key)
	if err != nil {
		return size, err
	}
	err = r.query("SELECT tag, source, given FROM contact_tags WHERE contact = ? ORDER BY tag", func(v []driver.Value) error {
		c.Tags = append(c.Tags, store.Tag{Name: textOf(v[0]), Source: flow.TagSource(textOf(v[1])), Given: timeOf(v[2])})
		size += len(textOf(v[0]))
		return nil
	}, key)
	return size, err
}

// ChangeContact changes a contact.
func (s *Store) ChangeContact(ctx context.Context, c store.ContactChange) (store.ContactChanged, error) {
	if err := c.Validate(); err != nil {
		return store.ContactChanged{}, err
	}
	var out store.ContactChanged
	err := s.writer.do(ctx, func(t *tx) error {
		key := store.ContactKey(c.Email)
		old, err := readContact(t, key)
		if err != nil {
			return err
		}
		d, err := c.Apply(old, time.UnixMilli(t.now))
		if err != nil {
			return err
		}
		out = d.ContactChanged
		return t.writeContact(key, d, c.Source)
	})
	if err != nil {
		return store.ContactChanged{}, err
	}
	return out, nil
}

func (t *tx) writeContact(key string, d *store.ContactDiff, source flow.TagSource) error {
	if d.IsEmpty() {
		return nil
	}
	c := d.Contact
	_, err := t.exec("INSERT OR REPLACE INTO contacts ("+contactColumns+") VALUES (?, ?, ?, ?)",
		key, c.Email, c.Created.UnixMilli(), c.Changed.UnixMilli())
	each := func(names []string, text string, more func(name string) []driver.Value) {
		for _, name := range names {
			if err == nil {
				_, err = t.exec(text, append([]driver.Value{key, name}, more(name)...)...)
			}
		}
	}
	none := func(string) []driver.Value { return nil }
	each(d.Unset, "DELETE FROM contact_fields WHERE contact = ? AND name = ?", none)
	each(d.Set, "INSERT OR REPLACE INTO contact_fields (contact, name, value) VALUES (?, ?, ?)",
		func(name string) []driver.Value { return []driver.Value{c.Fields[name]} })
	each(d.Removed, "DELETE FROM contact_tags WHERE contact = ? AND tag = ?", none)
	each(d.Added, "INSERT INTO contact_tags (contact, tag, source, given) VALUES (?, ?, ?, ?)",
		func(string) []driver.Value { return []driver.Value{string(source), t.now} })
	return err
}

// DeleteContact deletes a contact, and notes its address for erasure.
func (s *Store) DeleteContact(ctx context.Context, email string) (deleted bool, err error) {
	if err := store.CheckEmail(email); err != nil {
		return false, err
	}
	key := store.ContactKey(email)
	err = s.writer.do(ctx, func(t *tx) error {
		n, err := t.exec("DELETE FROM contacts WHERE contact = ?", key)
		if err != nil {
			return err
		}
		deleted = n > 0
		for _, table := range []string{"contact_fields", "contact_tags"} {
			if _, err := t.exec("DELETE FROM "+table+" WHERE contact = ?", key); err != nil {
				return err
			}
		}
		return t.noteErasure(key)
	})
	return deleted, err
}

// ListContacts returns a page of contacts.
func (s *Store) ListContacts(ctx context.Context, q store.ContactQuery) (store.ContactPage, error) {
	l := contactList{q: q, limit: min(max(q.Limit, 1), store.MaxContacts), search: store.NewContactSearch(q.Text)}
	text := "SELECT " + contactColumns + " FROM contacts WHERE contact > ? ORDER BY contact"
	args := []driver.Value{store.ContactKey(q.After)}
	if q.Tag != "" {
		text = "SELECT c." + strings.ReplaceAll(contactColumns, ", ", ", c.") +
			" FROM contact_tags g INDEXED BY contact_tags_tag CROSS JOIN contacts c ON c.contact = g.contact WHERE g.tag = ? AND g.contact > ? ORDER BY g.contact"
		args = []driver.Value{q.Tag, args[0]}
	}
	err := s.readers.withView(ctx, func(v *view) error {
		l.page, l.effort, l.last = store.ContactPage{}, searchEffort, ""
		return v.query(text, func(r []driver.Value) error { return l.addCandidate(v, r) }, args...)
	})
	return l.page, err
}

// contactList builds one page.
type contactList struct {
	q      store.ContactQuery
	limit  int
	search store.ContactSearch
	effort int    // bytes that may still be read
	last   string // key of the previous candidate
	page   store.ContactPage
}

// contactEffort is the effort of reading a candidate, in addition to its fields.
const contactEffort = 128

func (l *contactList) addCandidate(v *view, r []driver.Value) error {
	if len(l.page.Contacts) == l.limit || l.effort < 0 {
		l.page.Next = l.last
		return errStopRows
	}
	key := textOf(r[0])
	l.last = key
	l.effort -= contactEffort
	if !l.search.Matches(key) {
		return nil
	}
	c := contactFromRow(r)
	size, err := readContactParts(v, key, &c)
	l.effort -= size
	l.page.Contacts = append(l.page.Contacts, c)
	return err
}
