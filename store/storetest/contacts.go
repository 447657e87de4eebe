package storetest

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/store"
)

func contactTests() []test {
	return []test{
		{"is made, changed and deleted", contactLife},
		{"has one address in either case", contactCase},
		{"has one address in all forms", contactForms},
		{"keeps the first time of a tag", contactTagTimes},
		{"returns the result of a change", contactChanges},
		{"keeps any text in tags and fields", contactTexts},
		{"refuses invalid changes", contactRefuses},
		{"has limits", contactBounds},
		{"loses nothing in a race", contactRace},
		{"is made by one of many", contactMakers},
		{"survives a restart", contactReopen},
	}
}

func (f *fixture) changeContact(c store.ContactChange) store.ContactChanged {
	f.Helper()
	if c.Source == "" {
		c.Source = flow.TagManual
	}
	got, err := f.s.ChangeContact(f.ctx, c)
	f.ok(err)
	return got
}

func (f *fixture) getContact(email string) *store.Contact {
	f.Helper()
	c, err := f.s.GetContact(f.ctx, email)
	f.ok(err)
	return c
}

// jsonFields makes fields of names and JSON texts.
func jsonFields(pairs ...string) map[string][]byte {
	out := map[string][]byte{}
	for i := 0; i+1 < len(pairs); i += 2 {
		out[pairs[i]] = []byte(pairs[i+1])
	}
	return out
}

func tagNames(tags []store.Tag) []string {
	var names []string
	for _, t := range tags {
		names = append(names, t.Name)
	}
	return names
}

func contactLife(f *fixture) {
	_, err := f.s.GetContact(f.ctx, "jane@example.com")
	f.is(err, store.ErrNotFound)
	made := f.clock.Now()
	got := f.changeContact(store.ContactChange{Email: "jane@example.com", Fields: jsonFields("name", `"Jane"`, "n", "1"), Add: []string{"b", "a"}})
	want := &store.Contact{
		Email: "jane@example.com", Fields: jsonFields("name", `"Jane"`, "n", "1"), Created: made, Changed: made,
		Tags: []store.Tag{{Name: "a", Source: flow.TagManual, Given: made}, {Name: "b", Source: flow.TagManual, Given: made}},
	}
	f.same("made", got, store.ContactChanged{Contact: want, Created: true, Added: []string{"b", "a"}})
	f.same("kept", f.getContact("jane@example.com"), want)
	f.clock.Advance(time.Minute)
	got = f.changeContact(store.ContactChange{Email: "jane@example.com", Fields: map[string][]byte{"n": nil, "name": []byte(`"J"`), "x": nil}, Remove: []string{"b", "z"}})
	want.Changed, want.Fields, want.Tags = f.clock.Now(), jsonFields("name", `"J"`), want.Tags[:1]
	f.same("changed", got, store.ContactChanged{Contact: want, Removed: []string{"b"}})
	f.same("kept", f.getContact("jane@example.com"), want)
	deleted, err := f.s.DeleteContact(f.ctx, "jane@example.com")
	f.ok(err)
	f.same("deleted", deleted, true)
	_, err = f.s.GetContact(f.ctx, "jane@example.com")
	f.is(err, store.ErrNotFound)
	deleted, err = f.s.DeleteContact(f.ctx, "jane@example.com")
	f.ok(err)
	f.same("deleted again", deleted, false)
	got = f.changeContact(store.ContactChange{Email: "jane@example.com"})
	f.same("made again", got.Created, true)
	f.same("with nothing of before", len(got.Contact.Fields)+len(got.Contact.Tags), 0)
}

func contactCase(f *fixture) {
	f.changeContact(store.ContactChange{Email: " Jane.DOE@Example.com\n", Add: []string{"a"}})
	got := f.changeContact(store.ContactChange{Email: "jane.doe@EXAMPLE.COM", Add: []string{"A"}})
	f.same("created", got.Created, false)
	f.same("address", got.Contact.Email, "Jane.DOE@Example.com")
	f.same("tags", tagNames(f.getContact("JANE.DOE@example.com").Tags), []string{"A", "a"})
	deleted, err := f.s.DeleteContact(f.ctx, "JANE.doe@example.com")
	f.ok(err)
	f.same("deleted", deleted, true)
}

func contactForms(f *fixture) {
	forms := []string{"Jürgen@büro.example", "ju\u0308rgen@xn--bro-hoa.example", "JÜRGEN@BU\u0308RO.example", "jürgen@XN--BRO-HOA.EXAMPLE", "jürgen@büro。example"}
	for i, email := range forms {
		got := f.changeContact(store.ContactChange{Email: email, Add: []string{fmt.Sprint(i)}})
		f.same("created by "+email, got.Created, i == 0)
		f.same("address", f.getContact(email).Email, forms[0])
	}
	f.same("tags", tagNames(f.getContact(forms[1]).Tags), []string{"0", "1", "2", "3", "4"})
	for _, other := range []string{"jurgen@büro.example", "jürgen@buro.example"} {
		_, err := f.s.GetContact(f.ctx, other)
		f.is(err, store.ErrNotFound)
	}
	deleted, err := f.s.DeleteContact(f.ctx, forms[2])
	f.ok(err)
	f.same("deleted", deleted, true)
	_, err = f.s.GetContact(f.ctx, forms[0])
	f.is(err, store.ErrNotFound)
}

func contactTagTimes(f *fixture) {
	first := f.clock.Now()
	f.changeContact(store.ContactChange{Email: "a@b.c", Add: []string{"x"}, Source: flow.TagSmart})
	f.clock.Advance(time.Hour)
	got := f.changeContact(store.ContactChange{Email: "a@b.c", Add: []string{"x", "y"}, Source: flow.TagLink})
	f.same("added", got.Added, []string{"y"})
	f.same("tags", f.getContact("a@b.c").Tags, []store.Tag{
		{Name: "x", Source: flow.TagSmart, Given: first}, {Name: "y", Source: flow.TagLink, Given: f.clock.Now()},
	})
	f.changeContact(store.ContactChange{Email: "a@b.c", Remove: []string{"x"}})
	f.changeContact(store.ContactChange{Email: "a@b.c", Add: []string{"x"}})
	f.same("given again", f.getContact("a@b.c").Tags[0], store.Tag{Name: "x", Source: flow.TagManual, Given: f.clock.Now()})
}

func contactChanges(f *fixture) {
	f.changeContact(store.ContactChange{Email: "a@b.c", Fields: jsonFields("n", "1"), Add: []string{"x"}})
	changed := f.clock.Now()
	f.clock.Advance(time.Minute)
	got := f.changeContact(store.ContactChange{Email: "a@b.c", Fields: jsonFields("n", "1"), Add: []string{"x", "x"}, Remove: []string{"y"}})
	f.same("nothing to add", len(got.Added)+len(got.Removed), 0)
	f.same("unchanged since", got.Contact.Changed, changed)
	got = f.changeContact(store.ContactChange{Email: "a@b.c", Add: []string{"y", "y"}})
	f.same("added once", got.Added, []string{"y"})
	f.same("changed", f.getContact("a@b.c").Changed, f.clock.Now())
}

func contactTexts(f *fixture) {
	tags := []string{"Größe-XL", "👩‍👩‍👧 family", "sent:orders/confirm", "日本", "'; DROP TABLE", "100%", "a b"}
	fields := jsonFields("Straße", `"Größenwahn \u0000 𝄞"`, "👍", `{"a":[1,1e400,null]}`, "big", "123456789012345678901234567890", "none", "null")
	f.changeContact(store.ContactChange{Email: "jane+x@example.com", Fields: fields, Add: tags})
	got := f.getContact("jane+x@example.com")
	f.same("fields", got.Fields, fields)
	slices.Sort(tags)
	f.same("tags", tagNames(got.Tags), tags)
	for _, tag := range tags {
		page, err := f.s.ListContacts(f.ctx, store.ContactQuery{Tag: tag, Limit: 10})
		f.ok(err)
		f.same("with "+tag, len(page.Contacts), 1)
	}
}

// checkRefused fails unless a change is refused as invalid and changes nothing.
func (f *fixture) checkRefused(what string, c store.ContactChange) {
	f.Helper()
	_, err := f.s.ChangeContact(f.ctx, c)
	var wrong *store.ContactError
	if !errors.As(err, &wrong) {
		f.Errorf("%s: got error %v, want a *store.ContactError", what, err)
	}
}

func contactRefuses(f *fixture) {
	for _, email := range []string{"", " ", "jane", "jane@", "Jane <jane@example.com>", "a@b.c,d@e.f", strings.Repeat("a", 250) + "@b.c"} {
		f.checkRefused(fmt.Sprintf("address %q", email), store.ContactChange{Email: email})
		_, err := f.s.GetContact(f.ctx, email)
		f.is(err, store.ErrNotFound)
		if _, err := f.s.DeleteContact(f.ctx, email); err == nil {
			f.Errorf("the address %q was deleted", email)
		}
	}
	for _, tag := range []string{"", "a\nb", "a\x00", "\xff", " a", strings.Repeat("ü", 201)} {
		f.checkRefused(fmt.Sprintf("tag %q", tag), store.ContactChange{Email: "a@b.c", Add: []string{"ok", tag}})
		f.checkRefused(fmt.Sprintf("field %q", tag), store.ContactChange{Email: "a@b.c", Fields: jsonFields("ok", "1", tag, "1")})
	}
	f.checkRefused("added and removed", store.ContactChange{Email: "a@b.c", Add: []string{"x"}, Remove: []string{"x"}})
	f.checkRefused("no JSON", store.ContactChange{Email: "a@b.c", Fields: jsonFields("a", "{")})
	page, err := f.s.ListContacts(f.ctx, store.ContactQuery{Limit: 10})
	f.ok(err)
	f.same("contacts", len(page.Contacts), 0)
}

func contactBounds(f *fixture) {
	full := store.ContactChange{Email: "a@b.c", Fields: map[string][]byte{}}
	for i := range store.MaxTags {
		full.Add = append(full.Add, fmt.Sprint("tag ", i))
	}
	for i := range store.MaxFields {
		full.Fields[fmt.Sprint("field ", i)] = []byte("1")
	}
	full.Fields["field 0"] = slices.Concat([]byte{'"'}, bytes.Repeat([]byte("x"), store.MaxField-2), []byte{'"'})
	f.changeContact(full)
	f.checkRefused("a tag more", store.ContactChange{Email: "a@b.c", Add: []string{"more"}, Fields: jsonFields("field 1", "2")})
	f.checkRefused("a field more", store.ContactChange{Email: "a@b.c", Fields: jsonFields("more", "1"), Remove: []string{"tag 1"}})
	f.checkRefused("a field too large", store.ContactChange{Email: "a@b.c", Fields: jsonFields("field 0", string(full.Fields["field 0"])+" ")})
	got := f.getContact("a@b.c")
	f.same("fields", got.Fields, full.Fields)
	f.same("tags", len(got.Tags), store.MaxTags)
	f.changeContact(store.ContactChange{Email: "a@b.c", Add: []string{"more"}, Remove: []string{"tag 1"}, Fields: map[string][]byte{"more": []byte("1"), "field 1": nil}})
}

func contactRace(f *fixture) {
	f.parallel(32, func(i int) error {
		_, err := f.s.ChangeContact(f.ctx, store.ContactChange{
			Email: []string{"jane@example.com", "JANE@example.com"}[i%2], Source: flow.TagManual,
			Add: []string{fmt.Sprint("tag ", i), "same"}, Fields: jsonFields(fmt.Sprint("field ", i), "1", "same", fmt.Sprint(i)),
		})
		return err
	})
	got := f.getContact("jane@example.com")
	f.same("tags", len(got.Tags), 33)
	f.same("fields", len(got.Fields), 33)
}

func contactMakers(f *fixture) {
	created, added := make([]bool, 32), make([]bool, 32)
	f.parallel(32, func(i int) error {
		got, err := f.s.ChangeContact(f.ctx, store.ContactChange{Email: "jane@example.com", Source: flow.TagManual, Add: []string{"x"}})
		created[i], added[i] = got.Created, len(got.Added) > 0
		return err
	})
	count := func(of []bool) int { return len(slices.DeleteFunc(of, func(b bool) bool { return !b })) }
	f.same("created", count(created), 1)
	f.same("added", count(added), 1)
}

func contactReopen(f *fixture) {
	f.changeContact(store.ContactChange{Email: "a@b.c", Fields: jsonFields("n", "1"), Add: []string{"x"}})
	want := f.getContact("a@b.c")
	f.ok(f.s.Close())
	f.reopen()
	f.same("kept", f.getContact("a@b.c"), want)
}
