package sql

import (
	"reflect"
	"testing"
)

func TestSQLPostgresArrayErrors(t *testing.T) {
	t.Parallel()
	kind := &postgresType{array: true, delimiter: ',', below: &postgresType{text: true}}
	for _, text := range []string{"", "x", "{", "{1", "{1,", "{1}x", `{"a`, `{"a\`, "{,}", "{1 2}}", "[0:1]"} {
		if v, err := kind.readArray(text); err == nil {
			t.Errorf("%q is read as %v", text, v)
		}
	}
}

// FuzzPostgresArray: an array that was read is the same after it was written.
func FuzzPostgresArray(f *testing.F) {
	for _, seed := range []string{"{}", "{1,NULL,3}", `{"a \"b\" \\",NULL,""}`, "{{a,b},{c,d}}", "[0:1]={1,2}", `{"`, "{{"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		kind := &postgresType{array: true, delimiter: ',', below: &postgresType{text: true}}
		read, err := kind.readArray(text)
		if err != nil {
			return
		}
		written, err := kind.write(read)
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		if again, err := kind.readArray(written); err != nil || !reflect.DeepEqual(again, read) {
			t.Errorf("%q: %v, then %v (%v)", text, read, again, err)
		}
	})
}
