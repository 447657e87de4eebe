package sql

import (
	"testing"
	"time"
)

func TestSQLInstants(t *testing.T) {
	t.Parallel()
	cases := []struct{ text, want string }{ // want: in UTC, or "" for no time with a zone
		{"2026-07-01T02:30:00+02:00", "2026-07-01T00:30:00Z"},
		{"2026-07-01T00:30:00Z", "2026-07-01T00:30:00Z"},
		{"2026-07-01t00:30:00.123456789z", "2026-07-01T00:30:00.123456789Z"},
		{"2026-07-01 02:30:00+02", "2026-07-01T00:30:00Z"},
		{"2026-07-01 02:30:00,5 +0200", "2026-07-01T00:30:00.5Z"},
		{"2026-07-01T02:30+02:00", "2026-07-01T00:30:00Z"},
		{"20260701T003000Z", "2026-07-01T00:30:00Z"},
		{"2026-12-31T23:30:00-05:00", "2027-01-01T04:30:00Z"},
		{"2026-07-01T02:30:00", ""},
		{"2026-02-30T02:30:00Z", ""},
		{"2026-07-01", ""},
		{"tomorrow", ""},
	}
	for _, c := range cases {
		got, ok := parseInstant(c.text)
		if text := got.UTC().Format(time.RFC3339Nano); ok != (c.want != "") || ok && text != c.want {
			t.Errorf("%q: %s, %t, want %q", c.text, text, ok, c.want)
		}
	}
}

// TestSQLTextsWithoutZone: a text that may hold a zone is never passed on, and
// others stay as they are.
func TestSQLTextsWithoutZone(t *testing.T) {
	t.Parallel()
	refused := "refused"
	cases := []struct{ text, time, date, clock string }{
		{"2026-07-01T00:30:00Z", "2026-07-01 00:30:00", "2026-07-01", "00:30:00"},
		{"2026-07-01T02:30:00.25+02:00", "2026-07-01 00:30:00.25", refused, refused},
		{"2026-07-01T02:30:00", "2026-07-01T02:30:00", "2026-07-01T02:30:00", "2026-07-01T02:30:00"},
		{"infinity", "infinity", "infinity", "infinity"},
		{"2026-07-01 02:30 CEST", refused, refused, refused},
		{"July 1 2026 02:30 Europe/Berlin", refused, refused, refused},
		{"2026-02-30T02:30:00+02:00", refused, refused, refused},
		{"02:30:00+02", refused, refused, refused},
		{"0044-03-15 10:00:00 BC", "0044-03-15 10:00:00 BC", "0044-03-15 10:00:00 BC", "0044-03-15 10:00:00 BC"},
		{"July 1 2026 02:30 PM", "July 1 2026 02:30 PM", "July 1 2026 02:30 PM", "July 1 2026 02:30 PM"},
	}
	for _, c := range cases {
		for _, rule := range []struct {
			name  string
			write func(string) (string, error)
			want  string
		}{{"time", withoutZone, c.time}, {"date", dateOfUTC(), c.date}, {"clock", clockOfUTC(), c.clock}} {
			got, err := rule.write(c.text)
			if err != nil {
				got = refused
			}
			if got != rule.want {
				t.Errorf("%s of %q: %q, want %q (%v)", rule.name, c.text, got, rule.want, err)
			}
		}
	}
}
