package postgres

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/store"
)

// GetContact returns the contact of an address.
func (s *Store) GetContact(ctx context.Context, email string) (*store.Contact, error) {
	if store.CheckEmail(email) != nil {
		return nil, missingContact()
	}
	key := store.ContactKey(email)
	var found contactsByKey
	err := inTransaction(ctx, s.readPool, func(ctx context.Context, t *tx) error {
		found = contactsByKey{}
		useSnapshot(t)
		found.addContacts(t, "SELECT "+contactColumns+" FROM contacts WHERE contact = $1", key)
		found.addParts(t, []string{key})
		return t.sendAll(ctx)
	})
	if err != nil {
		return nil, wrapContextError(ctx, err)
	}
	if found[key] == nil {
		return nil, missingContact()
	}
	return found[key], nil
}

func missingContact() error { return fmt.Errorf("%w: the contact", store.ErrNotFound) }

// useSnapshot makes all statements of a transaction read the same state.
func useSnapshot(t *tx) { t.addSQL("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ") }

const contactColumns = "contact, email, created, changed"

// contactsByKey are contacts that are being read.
type contactsByKey map[string]*store.Contact

// addContacts adds a statement that selects contactColumns.
func (c contactsByKey) addContacts(t *tx, sql string, args ...any) {
	var key string
	var row store.Contact
	scanRows(t.addSQL(sql, args...), []any{&key, &row.Email, &row.Created, &row.Changed}, func() error {
		c[key] = &store.Contact{Email: row.Email, Fields: map[string][]byte{}, Created: timeOf(&row.Created), Changed: timeOf(&row.Changed)}
		return nil
	})
}

// addParts adds statements that read fields and tags. They skip keys without a
// contact at the time when the results are read.
func (c contactsByKey) addParts(t *tx, keys []string) {
	var key, name string
	var value []byte
	scanRows(t.addSQL("SELECT contact, name, value FROM contact_fields WHERE contact = ANY($1)", keys), []any{&key, &name, &value}, func() error {
		if to := c[key]; to != nil {
			to.Fields[name] = value
		}
		value = nil
		return nil
	})
	var tag store.Tag
	var source string
	scanRows(t.addSQL("SELECT contact, tag, source, given FROM contact_tags WHERE contact = ANY($1) ORDER BY tag", keys), []any{&key, &tag.Name, &source, &tag.Given}, func() error {
		if to := c[key]; to != nil {
			to.Tags = append(to.Tags, store.Tag{Name: tag.Name, Source: flow.TagSource(source), Given: timeOf(&tag.Given)})
		}
		return nil
	})
}

// ChangeContact changes a contact.
func (s *Store) ChangeContact(ctx context.Context, c store.ContactChange) (store.ContactChanged, error) {
	if err := c.Validate(); err != nil {
		return store.ContactChanged{}, err
	}
	ctx, cancel, err := s.detachContext(ctx)
	if err != nil {
		return store.ContactChanged{}, err
	}
	defer cancel()
	var out store.ContactChanged
	err = inTransaction(ctx, s.writePool, func(ctx context.Context, t *tx) error {
		d, err := changeContact(ctx, t, &c)
		if err == nil {
			out = d.ContactChanged
		}
		return err
	})
	if err != nil {
		return store.ContactChanged{}, err
	}
	return out, nil
}

// changeContact locks the row of the contact, which it inserts if there is
// none, and then writes the differences.
func changeContact(ctx context.Context, t *tx, c *store.ContactChange) (*store.ContactDiff, error) {
	key := store.ContactKey(c.Email)
	var made bool
	var now time.Time
	found := contactsByKey{}
	scanRows(t.addSQL("SELECT clock()"), []any{&now}, func() error { return nil })
	scanRows(t.addSQL("INSERT INTO contacts ("+contactColumns+") VALUES ($1, '', clock(), clock()) ON CONFLICT (contact) DO NOTHING RETURNING true", key),
		[]any{&made}, func() error { return nil })
	found.addContacts(t, "SELECT "+contactColumns+" FROM contacts WHERE contact = $1 FOR UPDATE", key)
	found.addParts(t, []string{key})
	if err := t.sendAll(ctx); err != nil {
		return nil, err
	}
	old := found[key]
	switch {
	case old == nil:
		return nil, fmt.Errorf("changing a contact: %w", errRowDeleted)
	case made:
		old = nil
	}
	d, err := c.Apply(old, timeOf(&now))
	if err == nil && !d.IsEmpty() {
		writeContact(t, key, d, c.Source)
	}
	return d, err
}

func writeContact(t *tx, key string, d *store.ContactDiff, source flow.TagSource) {
	c := d.Contact
	t.addSQL("UPDATE contacts SET email = $2, changed = $3 WHERE contact = $1", key, c.Email, c.Changed)
	if len(d.Unset) > 0 {
		t.addSQL("DELETE FROM contact_fields WHERE contact = $1 AND name = ANY($2)", key, d.Unset)
	}
	for _, name := range d.Set {
		t.addSQL("INSERT INTO contact_fields (contact, name, value) VALUES ($1, $2, $3) ON CONFLICT (contact, name) DO UPDATE SET value = excluded.value",
			key, name, c.Fields[name])
	}
	if len(d.Removed) > 0 {
		t.addSQL("DELETE FROM contact_tags WHERE contact = $1 AND tag = ANY($2)", key, d.Removed)
	}
	if len(d.Added) > 0 {
		t.addSQL("INSERT INTO contact_tags (contact, tag, source, given) SELECT $1, tag, $3, $4 FROM unnest($2::text[]) AS u (tag)", key, d.Added, string(source), c.Changed)
	}
}

// DeleteContact deletes a contact, and notes its address for erasure.
func (s *Store) DeleteContact(ctx context.Context, email string) (deleted bool, err error) {
	if err := store.CheckEmail(email); err != nil {
		return false, err
	}
	ctx, cancel, err := s.detachContext(ctx)
	if err != nil {
		return false, err
	}
	defer cancel()
	key := store.ContactKey(email)
	err = inTransaction(ctx, s.writePool, func(ctx context.Context, t *tx) error {
		deleted = false
		scanRows(t.addSQL("DELETE FROM contacts WHERE contact = $1 RETURNING true", key), []any{&deleted}, func() error { return nil })
		t.addSQL("DELETE FROM contact_fields WHERE contact = $1", key)
		t.addSQL("DELETE FROM contact_tags WHERE contact = $1", key)
		return noteErasure(ctx, t, key)
	})
	return deleted, err
}

// maxPageBytes limits about how many bytes of fields a page of contacts has,
// and how many bytes one call of Erase reads.
const maxPageBytes = 8 << 20

// ListContacts returns a page of contacts.
func (s *Store) ListContacts(ctx context.Context, q store.ContactQuery) (store.ContactPage, error) {
	for _, text := range []string{q.Tag, q.Text, q.After} {
		if !utf8.ValidString(text) || strings.Contains(text, "\x00") {
			return store.ContactPage{}, nil // no contact has such a text
		}
	}
	l := contactList{ContactQuery: q, search: store.NewContactSearch(q.Text), limit: min(max(q.Limit, 1), store.MaxContacts)}
	err := inTransaction(ctx, s.readPool, l.readPage)
	return l.page, wrapContextError(ctx, err)
}

// contactList builds one page.
type contactList struct {
	store.ContactQuery
	search store.ContactSearch
	limit  int
	page   store.ContactPage
}

func (l *contactList) buildQuery() *query {
	const size = ", (SELECT coalesce(sum(octet_length(f.value)), 0)::bigint FROM contact_fields f WHERE f.contact = c.contact)"
	q := newQuery("SELECT c." + strings.ReplaceAll(contactColumns, ", ", ", c.") + size + " FROM contacts c")
	if l.Tag != "" {
		q.add(" JOIN contact_tags g ON g.contact = c.contact AND g.tag = ").arg(l.Tag, "text")
	}
	q.add(" WHERE c.contact > ").arg(store.ContactKey(l.After), "text")
	if part := l.search.Part(); part != "" {
		q.add(" AND (strpos(c.contact, ").arg(part, "text").add(") > 0 OR strpos(c.contact, ").arg(store.EncodedDomain, "text").add(") > 0)")
	}
	return q.add(" ORDER BY c.contact LIMIT ").arg(l.limit+1, "int")
}

// readPage reads the contacts of the page. It skips those of which the query knows
// only that they may match.
func (l *contactList) readPage(ctx context.Context, t *tx) error {
	l.page = store.ContactPage{}
	var keys []string
	var key, last string
	var row store.Contact
	var size, sum int64
	found := contactsByKey{}
	rows, more := 0, false
	useSnapshot(t)
	scanRows(t.addQuery(l.buildQuery()), []any{&key, &row.Email, &row.Created, &row.Changed, &size}, func() error {
		if more = more || rows == l.limit || sum > maxPageBytes; more {
			return nil
		}
		rows++
		if last = key; !l.search.Matches(key) {
			return nil
		}
		keys, sum = append(keys, key), sum+size
		found[key] = &store.Contact{Email: row.Email, Fields: map[string][]byte{}, Created: timeOf(&row.Created), Changed: timeOf(&row.Changed)}
		return nil
	})
	if err := t.sendAll(ctx); err != nil {
		return err
	}
	if more {
		l.page.Next = last
	}
	if len(keys) == 0 {
		return nil
	}
	found.addParts(t, keys)
	if err := t.sendAll(ctx); err != nil {
		return err
	}
	for _, key := range keys {
		l.page.Contacts = append(l.page.Contacts, *found[key])
	}
	return nil
}
