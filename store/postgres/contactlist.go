package postgres

import (
	"context"
	"strings"
	"unicode/utf8"

	"github.com/webhook-gateway/gateway/store"
)

// pageBytes is how many bytes of fields a page of contacts has, about, and how
// many bytes of runs are looked through at once.
const pageBytes = 8 << 20

// ListContacts returns a page of contacts.
func (s *Store) ListContacts(ctx context.Context, q store.ContactQuery) (store.ContactPage, error) {
	for _, text := range []string{q.Tag, q.Text, q.After} {
		if !utf8.ValidString(text) || strings.Contains(text, "\x00") {
			return store.ContactPage{}, nil // nothing is like it
		}
	}
	l := contactList{ContactQuery: q, limit: min(max(q.Limit, 1), store.MaxContacts)}
	err := transact(ctx, s.readers, l.read)
	return l.page, reading(ctx, err)
}

// contactList is one page in the making.
type contactList struct {
	store.ContactQuery
	limit int
	page  store.ContactPage
}

func (l *contactList) statement() *query {
	const size = ", (SELECT coalesce(sum(octet_length(f.value)), 0)::bigint FROM contact_fields f WHERE f.contact = c.contact)"
	q := sql("SELECT c." + strings.ReplaceAll(contactColumns, ", ", ", c.") + size + " FROM contacts c")
	if l.Tag != "" {
		q.add(" JOIN contact_tags g ON g.contact = c.contact AND g.tag = ").arg(l.Tag, "text")
	}
	q.add(" WHERE c.contact > ").arg(store.ContactKey(l.After), "text")
	if part := store.ContactKey(l.Text); part != "" {
		q.add(" AND strpos(c.contact, ").arg(part, "text").add(") > 0")
	}
	return q.add(" ORDER BY c.contact LIMIT ").arg(l.limit+1, "int")
}

func (l *contactList) read(ctx context.Context, t *tx) error {
	l.page = store.ContactPage{}
	var keys []string
	var key string
	var row store.Contact
	var size, sum int64
	found := contactsByKey{}
	more := false
	oneMoment(t)
	each(t.put(l.statement()), []any{&key, &row.Email, &row.Created, &row.Changed, &size}, func() error {
		if more = more || len(keys) == l.limit || sum > pageBytes; more {
			return nil
		}
		keys, sum = append(keys, key), sum+size
		found[key] = &store.Contact{Email: row.Email, Fields: map[string][]byte{}, Created: milli(&row.Created), Changed: milli(&row.Changed)}
		return nil
	})
	if err := t.send(ctx); err != nil || len(keys) == 0 {
		return err
	}
	found.queueParts(t, keys)
	if err := t.send(ctx); err != nil {
		return err
	}
	for _, key := range keys {
		l.page.Contacts = append(l.page.Contacts, *found[key])
	}
	if more {
		l.page.Next = keys[len(keys)-1]
	}
	return nil
}
