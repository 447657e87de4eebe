package ulid_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/webhook-gateway/gateway/internal/ulid"
)

// Ids are stored and shown to people: the text of these bytes never changes.
func TestTextIsFixed(t *testing.T) {
	t.Parallel()
	want := ulid.ID{0x01, 0x94, 0x47, 0x40, 0x61, 0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0a}
	const text = "06a4eg31000g40r40m30e20918"
	if got := want.String(); got != text {
		t.Errorf("written as %s, want %s", got, text)
	}
	if got, err := ulid.Parse(text); err != nil || got != want {
		t.Errorf("read as % x, %v", got[:], err)
	}
}

func TestNew(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 1, 2, 3, 4, 5, 1_999_999, time.UTC)
	shape := regexp.MustCompile(`^[0-9a-hjkmnp-tv-z]{26}$`)
	var ids []string
	for i := range 500 {
		id := ulid.New(at.Add(time.Duration(i) * time.Millisecond))
		if !shape.MatchString(id) {
			t.Fatalf("%q is not an id", id)
		}
		ids = append(ids, id)
	}
	if !slices.IsSorted(ids) {
		t.Error("ids do not sort by time")
	}
	seen := map[string]bool{}
	for range 500 {
		seen[ulid.New(at)] = true
	}
	if len(seen) != 500 {
		t.Errorf("%d different ids of 500", len(seen))
	}
	id, err := ulid.Parse(ids[0])
	if err != nil || !id.Time().Equal(at.Truncate(time.Millisecond)) {
		t.Errorf("the id of %v has the time %v: %v", at, id.Time(), err)
	}
	if first, ok := ulid.First(at); !ok || first.String() > ids[0] {
		t.Errorf("the first id of the time is %s, after %s", first, ids[0])
	}
}

func TestFirstRefusesTimes(t *testing.T) {
	t.Parallel()
	for _, ms := range []int64{-1, 1 << 48} {
		if id, ok := ulid.First(time.UnixMilli(ms)); ok {
			t.Errorf("%d has the id %s", ms, id)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	good := ulid.New(time.Now())
	for _, text := range []string{"", "x", good + "0", strings.Repeat("z", 26), strings.Repeat("i", 26), strings.ToUpper(good)} {
		if id, err := ulid.Parse(text); err == nil {
			t.Errorf("%q reads as %s", text, id)
		}
	}
}
