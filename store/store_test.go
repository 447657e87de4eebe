package store_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/webhook-gateway/gateway/internal/ulid"
	"github.com/webhook-gateway/gateway/store"
)

func TestID(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 29, 1, 2, 3, 456e6, time.UTC)
	for range 1000 {
		text := ulid.New(now)
		id, err := store.ParseID(text)
		if err != nil {
			t.Fatal(err)
		}
		if id.String() != text || !id.Time().Equal(now) {
			t.Fatalf("%s was read as %s of %v", text, id, id.Time())
		}
	}
}

func TestParseIDRefuses(t *testing.T) {
	t.Parallel()
	good := ulid.New(time.Now())
	tests := map[string]string{
		"nothing":                 "",
		"short":                   good[:25],
		"long":                    good + "0",
		"upper case":              strings.ToUpper(good[:25]) + "A",
		"a letter of no id":       "i" + good[1:],
		"a line break":            good[:25] + "\n",
		"bits after the last":     strings.Repeat("0", 25) + "1",
		"26 bytes, not letters":   "é" + good[2:],
		"a break that is skipped": "\n" + good[:25],
	}
	for name, text := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if id, err := store.ParseID(text); err == nil {
				t.Errorf("%q was read as %s", text, id)
			}
		})
	}
}

func TestFirstID(t *testing.T) {
	t.Parallel()
	at := time.UnixMilli(1_790_000_000_123)
	first, ok := store.FirstID(at)
	if !ok {
		t.Fatal("there is no first id of a time of today")
	}
	if s := ulid.New(at); s < first.String() {
		t.Errorf("%s lies before the first of its time, %s", s, first)
	}
	if s := ulid.New(at.Add(-time.Millisecond)); s >= first.String() {
		t.Errorf("%s lies after the first of a later time, %s", s, first)
	}
	for _, never := range []time.Time{{}, time.Unix(-1, 0), time.UnixMilli(1 << 48)} {
		if id, ok := store.FirstID(never); ok {
			t.Errorf("the first id of %v is %s", never, id)
		}
	}
}

func TestStates(t *testing.T) {
	t.Parallel()
	for i, s := range store.States() {
		text, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		if back, err := store.ParseState(strings.Trim(string(text), `"`)); err != nil || back != s {
			t.Errorf("%s was read as %v, %v", text, back, err)
		}
		if int(s) != i+1 {
			t.Errorf("%s is %d: numbers that are stored must not change", s, s)
		}
		if open := i < 3; s.Open() != open {
			t.Errorf("%s.Open() is %v", s, !open)
		}
	}
	if _, err := store.ParseState("done"); err == nil || !strings.Contains(err.Error(), "succeeded") {
		t.Errorf("got %v, want an error that names the states", err)
	}
	if got := store.State(99).String(); got != "state 99" {
		t.Errorf("got %q", got)
	}
}

func TestCleanText(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, in, want string }{
		{"plain", "it answered 503", "it answered 503"},
		{"letters", "Größe 𝄞", "Größe 𝄞"},
		{"NUL", "a\x00b", "a\uFFFDb"},
		{"broken", "a\xff\xfeb\xc3", "a\uFFFDb\uFFFD"},
		{"longest", strings.Repeat("x", store.MaxText), strings.Repeat("x", store.MaxText)},
		{"long", strings.Repeat("x", store.MaxText+1), strings.Repeat("x", store.MaxText-3) + "…"},
		{"cut inside of a letter", strings.Repeat("𝄞", store.MaxText), strings.Repeat("𝄞", store.MaxText/4-1) + "…"},
	}
	for _, c := range tests {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := store.CleanText(c.in); got != c.want {
				t.Errorf("got %.60q (%d bytes), want %.60q (%d bytes)", got, len(got), c.want, len(c.want))
			}
		})
	}
}

func FuzzCleanText(f *testing.F) {
	f.Add("a\x00b\xff")
	f.Add(strings.Repeat("ż", store.MaxText))
	f.Add(strings.Repeat("\x80", 2*store.MaxText))
	f.Fuzz(func(t *testing.T, s string) {
		clean := store.CleanText(s)
		if !utf8.ValidString(clean) || strings.Contains(clean, "\x00") {
			t.Errorf("%q became %q", s, clean)
		}
		if again := store.CleanText(clean); len(clean) <= store.MaxText && again != clean {
			t.Errorf("%q became %q and then %q", s, clean, again)
		}
	})
}

func TestIsUnavailable(t *testing.T) {
	t.Parallel()
	cause := fs.ErrPermission
	tests := []struct {
		name string
		err  error
		want bool
	}{
		{"nothing", nil, false},
		{"unavailable", &store.UnavailableError{Err: cause}, true},
		{"wrapped", fmt.Errorf("accepting: %w", &store.UnavailableError{Err: cause}), true},
		{"closed", fmt.Errorf("accepting: %w", store.ErrClosed), true},
		{"a full queue", store.ErrFull, false},
		{"a lost claim", store.ErrLost, false},
	}
	for _, c := range tests {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := store.IsUnavailable(c.err); got != c.want {
				t.Errorf("got %v", got)
			}
		})
	}
	if err := error(&store.UnavailableError{Err: cause}); !errors.Is(err, cause) {
		t.Errorf("%v does not wrap its cause", err)
	}
}
