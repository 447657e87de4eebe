package storetest

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/webhook-gateway/gateway/store"
)

func contactListTests() []test {
	return []test{
		{"go by pages", contactPages},
		{"go by tag and by text", contactFilters},
		{"find both forms of a domain", contactDomains},
		{"have pages that are not too large", contactLargePages},
	}
}

// listEmails lists contacts by pages of a size, and returns their addresses.
func (f *fixture) listEmails(q store.ContactQuery) []string {
	f.Helper()
	var all []string
	for range 1000 {
		page, err := f.s.ListContacts(f.ctx, q)
		f.ok(err)
		if len(page.Contacts) > max(q.Limit, 1) {
			f.Fatalf("a page of %d has %d contacts", q.Limit, len(page.Contacts))
		}
		for _, c := range page.Contacts {
			all = append(all, c.Email)
		}
		if page.Next == "" {
			return all
		}
		q.After = page.Next
	}
	f.Fatal("the list comes to no end")
	return nil
}

func contactPages(f *fixture) {
	for _, email := range []string{"b@x.y", "A@x.y", "c@x.y", "B2@x.y", "-a@x.y", "{@x.y", "a.b@x.y"} {
		f.changeContact(store.ContactChange{Email: email, Fields: jsonFields("of", `"`+email+`"`), Add: []string{"t"}})
	}
	want := []string{"-a@x.y", "a.b@x.y", "A@x.y", "B2@x.y", "b@x.y", "c@x.y", "{@x.y"}
	for _, limit := range []int{1, 2, 3, 7, 100} {
		f.same("all", f.listEmails(store.ContactQuery{Limit: limit}), want)
		f.same("with the tag", f.listEmails(store.ContactQuery{Limit: limit, Tag: "t"}), want)
	}
	page, err := f.s.ListContacts(f.ctx, store.ContactQuery{Limit: 7})
	f.ok(err)
	f.same("no page behind the last", page.Next, "")
	f.same("fields", page.Contacts[0].Fields, jsonFields("of", `"-a@x.y"`))
	f.same("tags", tagNames(page.Contacts[0].Tags), []string{"t"})
	page, err = f.s.ListContacts(f.ctx, store.ContactQuery{Limit: 2, After: "A@X.Y"})
	f.ok(err)
	f.same("behind an address in another case", page.Contacts[0].Email, "B2@x.y")
	page, err = f.s.ListContacts(f.ctx, store.ContactQuery{Limit: -1})
	f.ok(err)
	f.same("at least one", len(page.Contacts), 1)
}

func contactFilters(f *fixture) {
	f.changeContact(store.ContactChange{Email: "Jane@Example.com", Add: []string{"a", "b"}})
	f.changeContact(store.ContactChange{Email: "joe_1@example.org", Add: []string{"a"}})
	f.changeContact(store.ContactChange{Email: "joex1@example.org"})
	f.same("by tag", f.listEmails(store.ContactQuery{Tag: "a", Limit: 1}), []string{"Jane@Example.com", "joe_1@example.org"})
	f.same("by another tag", f.listEmails(store.ContactQuery{Tag: "b", Limit: 5}), []string{"Jane@Example.com"})
	f.same("by a tag in another case", f.listEmails(store.ContactQuery{Tag: "A", Limit: 5}), nil)
	f.same("by text", f.listEmails(store.ContactQuery{Text: "EXAMPLE.c", Limit: 5}), []string{"Jane@Example.com"})
	f.same("by text without wildcards", f.listEmails(store.ContactQuery{Text: "e_1", Limit: 5}), []string{"joe_1@example.org"})
	f.same("by percent", f.listEmails(store.ContactQuery{Text: "%", Limit: 5}), nil)
	f.same("by both", f.listEmails(store.ContactQuery{Tag: "a", Text: "joe", Limit: 5}), []string{"joe_1@example.org"})
}

func contactDomains(f *fixture) {
	for _, email := range []string{"a@büro.example", "b@xn--bro-hoa.example", "c@例え.テスト", "d@xn--x.example", "é@example.com", "e@example.com"} {
		f.changeContact(store.ContactChange{Email: email})
	}
	for text, want := range map[string][]string{
		"BÜRO": {"a@büro.example", "b@xn--bro-hoa.example"}, "@bu\u0308r": {"a@büro.example", "b@xn--bro-hoa.example"}, "ro.example": {"a@büro.example", "b@xn--bro-hoa.example"},
		"bro-hoa": {"a@büro.example", "b@xn--bro-hoa.example"}, "例": {"c@例え.テスト"}, "a@xn--bro-hoa.example": {"a@büro.example"}, "A@büro.example": {"a@büro.example"},
		"e\u0301@": {"é@example.com"}, "--x": {"d@xn--x.example"}, "ü@": nil,
	} {
		for _, limit := range []int{1, 100} {
			f.same("with "+text, f.listEmails(store.ContactQuery{Text: text, Limit: limit}), want)
		}
	}
	f.same("behind a domain", f.listEmails(store.ContactQuery{After: "a@BÜRO.example", Text: "b@", Limit: 9}), []string{"b@xn--bro-hoa.example"})
}

func contactLargePages(f *fixture) {
	large := slices.Concat([]byte{'"'}, bytes.Repeat([]byte("x"), store.MaxField-2), []byte{'"'})
	var want []string
	for i := range 3 {
		c := store.ContactChange{Email: fmt.Sprintf("%d@x.y", i), Fields: map[string][]byte{}}
		for n := range 150 {
			c.Fields[fmt.Sprint(n)] = large
		}
		f.changeContact(c)
		want = append(want, c.Email)
	}
	page, err := f.s.ListContacts(f.ctx, store.ContactQuery{Limit: 500})
	f.ok(err)
	if len(page.Contacts) == 3 || page.Next == "" {
		f.Errorf("one page holds %d contacts of 9 MiB each", len(page.Contacts))
	}
	f.same("all", f.listEmails(store.ContactQuery{Limit: 500}), want)
}
