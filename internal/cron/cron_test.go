package cron_test

import (
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // the machine may have none

	"github.com/webhook-gateway/gateway/internal/cron"
)

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

// ticks lists the next ones, as RFC 3339 in the zone.
func ticks(t testing.TB, text, in, from string, n int, skip ...string) []string {
	t.Helper()
	s, err := cron.Parse(text, zone(t, in))
	if err != nil {
		t.Fatal(err)
	}
	if s, err = s.Skip(skip); err != nil {
		t.Fatal(err)
	}
	at, err := time.Parse(time.RFC3339, from)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for range n {
		at = s.Next(at)
		out = append(out, at.Format(time.RFC3339))
	}
	return out
}

func TestNext(t *testing.T) {
	t.Parallel()
	const berlin = "Europe/Berlin"
	cases := []struct {
		name, cron, zone, from string
		want                   []string
		skip                   []string
	}{
		{"weekdays", "0 7 * * MON-FRI", berlin, "2026-11-20T07:00:00+01:00", []string{"2026-11-23T07:00:00+01:00", "2026-11-24T07:00:00+01:00"}, nil},
		{"the tick itself is not after it", "*/5 * * * *", "UTC", "2026-11-20T07:05:00Z", []string{"2026-11-20T07:10:00Z"}, nil},
		{"a moment before it", "*/5 * * * *", "UTC", "2026-11-20T07:04:59.999Z", []string{"2026-11-20T07:05:00Z"}, nil},
		{"either day is enough", "0 0 13 * FRI", "UTC", "2026-11-07T00:00:00Z", []string{"2026-11-13T00:00:00Z", "2026-11-20T00:00:00Z"}, nil},
		{"last day", "0 0 L * *", "UTC", "2027-02-01T00:00:00Z", []string{"2027-02-28T00:00:00Z", "2027-03-31T00:00:00Z"}, nil},
		{"second friday", "0 0 * * FRI#2", "UTC", "2026-11-01T00:00:00Z", []string{"2026-11-13T00:00:00Z", "2026-12-11T00:00:00Z"}, nil},
		{"leap day", "0 0 29 2 *", "UTC", "2026-11-01T00:00:00Z", []string{"2028-02-29T00:00:00Z", "2032-02-29T00:00:00Z"}, nil},
		{"daily", "@daily", berlin, "2026-11-20T12:00:00Z", []string{"2026-11-21T00:00:00+01:00"}, nil},
		{"skipped day", "0 7 * * *", berlin, "2026-12-24T08:00:00+01:00", []string{"2026-12-26T07:00:00+01:00"}, []string{"2026-12-25"}},
		{"skipped every year", "0 7 24-26 12 *", berlin, "2026-12-24T08:00:00+01:00", []string{"2026-12-26T07:00:00+01:00", "2027-12-24T07:00:00+01:00", "2027-12-26T07:00:00+01:00"}, []string{"12-25"}},

		{"put forward: in the gap", "30 2 * * *", berlin, "2027-03-27T12:00:00+01:00", []string{"2027-03-28T03:00:00+02:00", "2027-03-29T02:30:00+02:00"}, nil},
		{"put forward: beside the gap", "0 3 * * *", berlin, "2027-03-27T12:00:00+01:00", []string{"2027-03-28T03:00:00+02:00", "2027-03-29T03:00:00+02:00"}, nil},
		{"put forward: often", "*/30 * * * *", berlin, "2027-03-28T01:00:00+01:00", []string{"2027-03-28T01:30:00+01:00", "2027-03-28T03:00:00+02:00", "2027-03-28T03:30:00+02:00"}, nil},
		{"put forward: two in the gap are one", "10,40 2 * * *", berlin, "2027-03-27T12:00:00+01:00", []string{"2027-03-28T03:00:00+02:00", "2027-03-29T02:10:00+02:00"}, nil},
		{"put back: once", "30 2 * * *", berlin, "2026-10-24T12:00:00+02:00", []string{"2026-10-25T02:30:00+02:00", "2026-10-26T02:30:00+01:00"}, nil},
		{"put back: often in both hours", "*/30 * * * *", berlin, "2026-10-25T01:30:00+02:00", []string{"2026-10-25T02:00:00+02:00", "2026-10-25T02:30:00+02:00", "2026-10-25T02:00:00+01:00", "2026-10-25T02:30:00+01:00", "2026-10-25T03:00:00+01:00"}, nil},
		{"put back: every two hours", "0 */2 * * *", berlin, "2026-10-25T00:00:00+02:00", []string{"2026-10-25T02:00:00+02:00", "2026-10-25T02:00:00+01:00", "2026-10-25T04:00:00+01:00"}, nil},
		{"no midnight", "0 0 * * *", "America/Santiago", "2026-09-05T12:00:00-04:00", []string{"2026-09-06T01:00:00-03:00", "2026-09-07T00:00:00-03:00"}, nil},
		{"half an hour", "15 2 * * *", "Australia/Lord_Howe", "2026-10-03T12:00:00+10:30", []string{"2026-10-04T02:30:00+11:00", "2026-10-05T02:15:00+11:00"}, nil},
		{"half an hour back", "45 1 * * *", "Australia/Lord_Howe", "2027-04-03T12:00:00+11:00", []string{"2027-04-04T01:45:00+11:00", "2027-04-05T01:45:00+10:30"}, nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := ticks(t, c.cron, c.zone, c.from, len(c.want), c.skip...)
			if strings.Join(got, " ") != strings.Join(c.want, " ") {
				t.Errorf("ticks\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(c.want, "\n"))
			}
		})
	}
}

// TestNextIsTheFirst holds Next against looking at every minute of the days
// around both changes.
func TestNextIsTheFirst(t *testing.T) {
	t.Parallel()
	z := zone(t, "Europe/Berlin")
	for _, text := range []string{"*/20 * * * *", "7 * * * *", "0 */3 * * *"} {
		s, err := cron.Parse(text, z)
		if err != nil {
			t.Fatal(err)
		}
		for _, day := range []string{"2026-10-24", "2027-03-27"} {
			at, _ := time.ParseInLocation("2006-01-02", day, z)
			last := time.Time{}
			for end := at.Add(72 * time.Hour); at.Before(end); at = at.Add(time.Minute) {
				next := s.Next(at)
				if !next.After(at) || next.Before(last) {
					t.Fatalf("%s: after %s comes %s, and before it came %s", text, at, next, last)
				}
				last = next
			}
		}
	}
}

func TestNever(t *testing.T) {
	t.Parallel()
	s, err := cron.Parse("0 0 30 2 *", time.UTC)
	if err != nil {
		return // the parser may refuse it
	}
	if next := s.Next(time.Unix(0, 0)); !next.IsZero() {
		t.Errorf("the 30th of February is %s", next)
	}
}

func TestAllSkipped(t *testing.T) {
	t.Parallel()
	s, err := cron.Parse("0 0 25 12 *", time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	if s, err = s.Skip([]string{"12-25"}); err != nil {
		t.Fatal(err)
	}
	if next := s.Next(time.Unix(0, 0)); !next.IsZero() {
		t.Errorf("a day that is skipped comes at %s", next)
	}
}

func TestParseErrors(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                 "five fields",
		"* * * *":          "has 4",
		"0 * * * * *":      "has 6",
		"60 * * * *":       "60",
		"* * * * FOO":      "FOO",
		"TZ=UTC * * * * *": "timezone",
		"@every 5m":        "*/5",
		"@fortnightly":     "fortnightly",
		"*/0 * * * *":      "0",
		"0 0 1,,2 * *":     `"1,,2" has an empty element`,
		"0 ,1 * * *":       `",1" has an empty element`,
		"0 0 * * MON,":     `"MON," has an empty element`,
	} {
		if _, err := cron.Parse(text, time.UTC); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", text, err)
		}
	}
	s, _ := cron.Parse("* * * * *", time.UTC)
	for _, day := range []string{"25.12.2026", "2026-02-30", "13-01", ""} {
		if _, err := s.Skip([]string{day}); err == nil {
			t.Errorf("%q is taken for a day", day)
		}
	}
}

func FuzzNext(f *testing.F) {
	f.Add("*/5 * * * *", int64(1_790_000_000))
	f.Add("0 0 29 2 MON#5", int64(0))
	f.Add("15W,L-3 2 * * *", int64(1_760_000_000))
	z := zone(f, "Europe/Berlin")
	f.Fuzz(func(t *testing.T, text string, at int64) {
		s, err := cron.Parse(text, z)
		if err != nil || at < 0 || at > 4_000_000_000 {
			return
		}
		from := time.Unix(at, 0)
		if next := s.Next(from); !next.IsZero() && !next.After(from) {
			t.Errorf("%q: after %s comes %s", text, from, next)
		}
	})
}
