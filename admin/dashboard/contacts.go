package dashboard

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/webhook-gateway/gateway/admin/ops"
	"github.com/webhook-gateway/gateway/store"
)

// contactsPage is the list of contacts.
type contactsPage struct {
	Search, Tag string
	Contacts    []contactRow
	Next        string
	First       string
}

// contactRow is a contact with some of its tags.
type contactRow struct {
	ops.Contact
	URL  string
	More int // tags that the row leaves out
}

func (d *Dashboard) listContacts(r *http.Request) (*page, error) {
	q := r.URL.Query()
	body := &contactsPage{Search: strings.TrimSpace(q.Get("q")), Tag: strings.TrimSpace(q.Get("tag"))}
	list, err := d.Ops.Contacts(r.Context(), store.ContactQuery{Tag: body.Tag, Text: body.Search, After: q.Get("after")})
	if err != nil {
		return nil, err
	}
	const shownTags = 6
	for _, c := range list.Contacts {
		row := contactRow{Contact: c, URL: contactURL(c.Email)}
		if len(c.Tags) > shownTags {
			row.Tags, row.More = c.Tags[:shownTags], len(c.Tags)-shownTags
		}
		body.Contacts = append(body.Contacts, row)
	}
	values := url.Values{}
	for name, text := range map[string]string{"q": body.Search, "tag": body.Tag} {
		if text != "" {
			values.Set(name, text)
		}
	}
	if q.Get("after") != "" {
		body.First = link("/contacts", values)
	}
	if list.Next != "" {
		values.Set("after", list.Next)
		body.Next = link("/contacts", values)
	}
	return &page{Name: "contacts", Title: "Contacts", Section: "/contacts", Body: body, Done: doneMessage(r)}, nil
}

func contactURL(email string) string { return "/contacts/" + url.PathEscape(email) }

// contactPage is everything about one contact.
type contactPage struct {
	ops.Contact
	Values []contactField
	URL    string
	Runs   string // URL of the runs with the address
}

// contactField is a field of a contact.
type contactField struct {
	Name  string
	Value *shown
}

func (d *Dashboard) showContact(r *http.Request) (*page, error) {
	c, err := d.Ops.Contact(r.Context(), r.PathValue("email"))
	if err != nil {
		return nil, err
	}
	body := &contactPage{Contact: c, URL: contactURL(c.Email), Runs: link("/runs", url.Values{"text": {c.Email}})}
	left := newBudget()
	for _, name := range sortedNames(c.Fields) {
		body.Values = append(body.Values, contactField{name, left.show(c.Fields[name], 0, "")})
	}
	return &page{Name: "contact", Title: c.Email, Section: "/contacts", Body: body, Done: doneMessage(r)}, nil
}

func sortedNames(fields map[string]json.RawMessage) []string {
	names := make([]string, 0, len(fields))
	for name := range fields {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// tagContact adds a tag to a contact, or removes one.
func (d *Dashboard) tagContact(r *http.Request) (string, error) {
	email, tag := r.PathValue("email"), strings.TrimSpace(r.PostFormValue("tag"))
	if _, err := d.Ops.Contact(r.Context(), email); err != nil {
		return "", err
	}
	change := ops.ContactChange{Add: []string{tag}}
	if r.PostFormValue("do") == "remove" {
		change = ops.ContactChange{Remove: []string{tag}}
	}
	if _, err := d.Ops.ChangeContact(r.Context(), email, change); err != nil {
		return "", err
	}
	return withDone(contactURL(email), "tag"), nil
}

// eraseContact deletes a contact and removes its address from the history.
func (d *Dashboard) eraseContact(r *http.Request) (string, error) {
	email := r.PathValue("email")
	if !strings.EqualFold(strings.TrimSpace(r.PostFormValue("confirm")), email) {
		return "", &ops.Error{Kind: ops.Invalid, Message: "the address was not confirmed: write it as the page shows it"}
	}
	got, err := d.Ops.DeleteContact(r.Context(), email)
	if err != nil {
		return "", err
	}
	if got.More {
		return withDone("/contacts", "erase-more"), nil
	}
	return withDone("/contacts", "erase"), nil
}
