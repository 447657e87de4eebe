package redact_test

import (
	"encoding/base64"
	"encoding/hex"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/webhook-gateway/gateway/internal/redact"
)

func TestRedactor(t *testing.T) {
	t.Parallel()
	r := redact.New([]string{"abcde", "abcdefgh", "on", "line1\nline2", `quo"ted`})
	enc := base64.StdEncoding
	for text, want := range map[string]string{
		"nothing on here":                      "nothing on here",
		"abcde":                                redact.Placeholder,
		"abcdefgh":                             redact.Placeholder, // not the shorter one, which would leave fgh
		"xabcdex":                              "x" + redact.Placeholder + "x",
		"line1\nline2":                         redact.Placeholder,
		strconv.Quote("line1\nline2"):          `"` + redact.Placeholder + `"`,
		`{"a":"quo\"ted"}`:                     `{"a":"` + redact.Placeholder + `"}`,
		`{"a":"{\"b\":\"quo\\\"ted\"}"}`:       `{"a":"{\"b\":\"` + redact.Placeholder + `\"}"}`,
		`["[\"[\\\"line1\\\\nline2\\\"]\"]"]`:  `["[\"[\\\"` + redact.Placeholder + `\\\"]\"]"]`,
		"<p>quo&#34;ted</p>":                   "<p>" + redact.Placeholder + "</p>",
		hex.EncodeToString([]byte("abcde")):    redact.Placeholder,
		enc.EncodeToString([]byte("abcdefgh")): redact.Placeholder,
	} {
		if got := r.Text(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	for before := range 7 {
		for after := range 7 {
			text := strings.Repeat("x", before) + "abcdefgh" + strings.Repeat("y", after)
			for _, e := range []*base64.Encoding{base64.StdEncoding, base64.URLEncoding, base64.RawStdEncoding} {
				if got := r.Text(e.EncodeToString([]byte(text))); !strings.Contains(got, redact.Placeholder) {
					t.Errorf("%s in base64: %s", text, got)
				}
			}
		}
	}
}

// TestValue: a value without secrets is returned as it is, and one with a secret is not
// changed but copied.
func TestValue(t *testing.T) {
	t.Parallel()
	r := redact.New([]string{"secret"})
	plain := map[string]any{"a": []any{"b", 1.5, map[string]any{"c": nil}}}
	if got := r.Value(plain); reflect.ValueOf(got).Pointer() != reflect.ValueOf(plain).Pointer() {
		t.Error("a value without secrets was copied")
	}
	mixed := func(text string) map[string]any {
		return map[string]any{"plain": plain, "list": []any{"x", text, "y"}, text + "-name": map[string]any{"in": text, "other": "z"}}
	}
	given := mixed("secret")
	if diff := cmp.Diff(mixed(redact.Placeholder), r.Value(given)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(mixed("secret"), given); diff != "" {
		t.Errorf("the value was changed:\n%s", diff)
	}
}

// Stores hold sealed values: one that an earlier version sealed must open.
func TestSealedValueStaysReadable(t *testing.T) {
	t.Parallel()
	const stored = "01100bf57e2dae96bb2724f460c86d38096dc26098497b7b6cfa452cd9ca93d7c702de865061630f5efd0fff"
	sealed, err := hex.DecodeString(stored)
	if err != nil {
		t.Fatal(err)
	}
	s := redact.NewSealer([]byte("0123456789abcdef0123456789abcdef"))
	if got, err := s.Open(sealed); err != nil || string(got) != `{"token":"abc"}` {
		t.Errorf("opened as %q: %v", got, err)
	}
}

func TestSealer(t *testing.T) {
	t.Parallel()
	s := redact.NewSealer([]byte("0123456789abcdef"))
	sealed := s.Seal([]byte(`{"a":1}`))
	if !redact.IsSealed(sealed) || redact.IsSealed([]byte(`{"a":1}`)) || redact.IsSealed(nil) {
		t.Error("sealed values are not told from others")
	}
	if got, err := s.Open(sealed); err != nil || string(got) != `{"a":1}` {
		t.Errorf("opened as %q: %v", got, err)
	}
	if _, err := redact.NewSealer([]byte("another key")).Open(sealed); err == nil || !strings.Contains(err.Error(), "GATEWAY_KEY") {
		t.Errorf("another key: %v", err)
	}
	for _, bad := range [][]byte{nil, {}, {1}, []byte(`{"a":1}`), sealed[:len(sealed)-1]} {
		if got, err := s.Open(bad); err == nil {
			t.Errorf("%q opened as %q", bad, got)
		}
	}
}

func TestRun(t *testing.T) {
	t.Parallel()
	var r redact.Run
	if got := r.Text("hunter2"); got != "hunter2" || r.Found([]byte(got)) {
		t.Errorf("redacted %q before anything was added", got)
	}
	r.Add(map[string]any{"token": "hunter2", "list": []any{"secret-1", "on", 5}})
	if got := r.Text("hunter2, secret-1, on"); got != "(sensitive), (sensitive), on" {
		t.Errorf("redacted as %q", got)
	}
	got := r.Value([]any{"a hunter2", map[string]any{"secret-1": 1}}).([]any)
	if got[0] != "a (sensitive)" || got[1].(map[string]any)["(sensitive)"] != 1 {
		t.Errorf("redacted as %v", got)
	}
	if !r.Found([]byte("a hunter2 b")) || r.Found([]byte("nothing")) {
		t.Error("texts are found that are not there, or the other way round")
	}
}

// With too many texts to search for, everything is redacted.
func TestRunWithManyTexts(t *testing.T) {
	t.Parallel()
	var r redact.Run
	for i := range 300 {
		r.Add("text number " + strconv.Itoa(i))
	}
	if r.Text("anything") != redact.Placeholder || r.Value([]any{1}) != redact.Placeholder || !r.Found(nil) {
		t.Error("something is shown")
	}
}
