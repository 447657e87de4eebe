package cmd

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/webhook-gateway/gateway/admin/ops"
)

// TestExportedContactsAreImportedAsTheyWere: what export writes, import reads
// back, for names and values that CSV, spreadsheets or the command treat apart.
func TestExportedContactsAreImportedAsTheyWere(t *testing.T) {
	t.Parallel()
	names := []string{
		"name", "email", "Email", "tags", "TAGS", "email:json", "a", "a:json", "a:json:json", ":json", "a;b", "a,b", `q"uote`, "=1+1", "größe", "#", "a\\b", "null",
	}
	values := []any{
		"Jane", "", " ", " x ", "=1+1", "@x", "+49", "-", `"`, `""`, `say "hi"`, "a,b", "a;b", "a\tb", "two\nlines", "two\r\nlines", "\r", "\n", "\ufeffmark", `\.`, `\`, "null", "true", "1", "1.50", "ünï", "👍", "#", "'",
		1, 1.5, true, false,
		[]any{1, "a", nil},
		map[string]any{"b": []any{"x;y", "\r\n"}},
		[]any{},
		map[string]any{},
	}
	tags := []string{"customer", "a;b", `a\`, `\;`, `\\;;`, ";", "a,b", `"`, "=x", "größe; XL", "#", "email"}
	for seed := range uint64(300) {
		random := rand.New(rand.NewPCG(seed, 1))
		var want []ops.ContactImport
		var contacts []ops.Contact
		for i := range random.IntN(5) {
			in := ops.ContactImport{Email: fmt.Sprintf("c%d@example.com", i)}
			in.Fields = map[string]json.RawMessage{}
			for range random.IntN(6) {
				text, err := json.Marshal(values[random.IntN(len(values))])
				if err != nil {
					t.Fatal(err)
				}
				in.Fields[names[random.IntN(len(names))]] = text
			}
			c := ops.Contact{Email: in.Email, Fields: in.Fields}
			for _, n := range random.Perm(len(tags))[:random.IntN(4)] {
				in.Add = append(in.Add, tags[n])
				c.Tags = append(c.Tags, ops.ContactTag{Name: tags[n]})
			}
			want, contacts = append(want, in), append(contacts, c)
		}
		for _, separator := range separators {
			var file bytes.Buffer
			if err := writeContactCSV(&file, separator, contacts); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(asTexts(want), asTexts(readAllContacts(t, file.Bytes()))); diff != "" {
				t.Fatalf("seed %d, separator %q\n%s\n%s", seed, separator, diff, file.String())
			}
		}
	}
}

func readAllContacts(t *testing.T, file []byte) []ops.ContactImport {
	t.Helper()
	var out []ops.ContactImport
	err := readContactCSV(file, func(line int, c *ops.ContactImport, wrong error) error {
		if wrong != nil {
			t.Errorf("line %d: %v\n%s", line, wrong, file)
			return nil
		}
		out = append(out, *c)
		return nil
	})
	if err != nil {
		t.Fatalf("%v\n%s", err, file)
	}
	return out
}

// asTexts makes contacts comparable.
func asTexts(list []ops.ContactImport) []string {
	var out []string
	for _, c := range list {
		fields := map[string]string{}
		for name, v := range c.Fields {
			fields[name] = compactJSON(v)
		}
		out = append(out, fmt.Sprintf("%s %q %q", c.Email, c.Add, fields))
	}
	return out
}

func TestContactColumns(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]string{
		"email,email:json,tags:json": "",
		"Email;Name":                 "",
		"name\temail":                "",
		"email,a,a:json":             `there are two columns for "a"`,
		"email,a,a":                  `there are two columns for "a"`,
		"email,tags,email":           `there are two columns for "email"`,
		"email,":                     "column 2 has no name",
		"mail;name":                  "there is no column email; the first line should name the columns, separated by commas, semicolons or tabs",
		"name,email:json":            "there is no column email; the first line should name the columns, separated by commas, semicolons or tabs",
	} {
		got := ""
		if err := readContactCSV([]byte(header+"\n"), nil); err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%q: %q, want %q", header, got, want)
		}
	}
}
