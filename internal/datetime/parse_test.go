package datetime_test

import (
	"strings"
	"testing"
	"time"

	"github.com/webhook-gateway/gateway/internal/datetime"
)

func TestParse(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ text, want string }{
		"RFC 3339":                  {"2026-01-31T12:00:00Z", "2026-01-31T12:00:00Z"},
		"lower case":                {"2026-01-31t12:00:00z", "2026-01-31T12:00:00Z"},
		"a space":                   {"2026-01-31 12:00:00+01:00", "2026-01-31T12:00:00+01:00"},
		"offset without colon":      {"2026-03-01T10:00:00.000+0100", "2026-03-01T10:00:00+01:00"},
		"offset of hours":           {"2026-03-01T10:00:00-05", "2026-03-01T10:00:00-05:00"},
		"offset of half an hour":    {"2026-03-01T10:00:00+0530", "2026-03-01T10:00:00+05:30"},
		"negative zero":             {"2026-03-01T10:00:00-00:00", "2026-03-01T10:00:00Z"},
		"largest offset":            {"2026-03-01T10:00:00-23:59", "2026-03-01T10:00:00-23:59"},
		"fraction":                  {"2026-03-01T10:00:00.25Z", "2026-03-01T10:00:00.25Z"},
		"fraction behind a comma":   {"2026-03-01T10:00:00,25Z", "2026-03-01T10:00:00.25Z"},
		"nanoseconds":               {"2026-03-01T10:00:00.123456789Z", "2026-03-01T10:00:00.123456789Z"},
		"finer than nanoseconds":    {"2026-03-01T10:00:00.1234567899999Z", "2026-03-01T10:00:00.123456789Z"},
		"leap second":               {"2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z"},
		"leap second with offset":   {"2017-01-01T05:29:60.5+0530", "2017-01-01T05:30:00.5+05:30"},
		"leap day":                  {"2024-02-29T00:00:00Z", "2024-02-29T00:00:00Z"},
		"first year":                {"0000-01-01T00:00:00Z", "0000-01-01T00:00:00Z"},
		"last year":                 {"9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z"},
		"nothing":                   {"", "error: the date is written YYYY-MM-DD"},
		"words":                     {"now", "error: the date is written YYYY-MM-DD"},
		"only a date":               {"2026-01-31", "error: the time of day is missing"},
		"no offset":                 {"2026-01-31T12:00:00", "error: the offset from UTC is missing"},
		"no offset but a fraction":  {"2026-01-31T12:00:00.5", "error: the offset from UTC is missing"},
		"no seconds":                {"2026-01-31T12:00Z", "error: written hh:mm:ss"},
		"end of the day as 24":      {"2026-01-31T24:00:00Z", "error: the hour is 00 to 23"},
		"minute 60":                 {"2026-01-31T12:60:00Z", "error: the minute is 00 to 59"},
		"second 61":                 {"2026-01-31T12:00:61Z", "error: the second is 00 to 59"},
		"leap second at noon":       {"2026-01-31T12:00:60Z", "error: a leap second is 23:59:60 in UTC"},
		"leap second, local clock":  {"2016-12-31T23:59:60+01:00", "error: a leap second"},
		"no leap day":               {"2023-02-29T12:00:00Z", "error: the day is 01 to 28 in month 02 of the year 2023"},
		"month 13":                  {"2026-13-01T12:00:00Z", "error: the month is 01 to 12"},
		"month 0":                   {"2026-00-01T12:00:00Z", "error: the month is 01 to 12"},
		"day 0":                     {"2026-01-00T12:00:00Z", "error: the day is 01 to 31"},
		"short month":               {"2026-1-31T12:00:00Z", "error: the date is written"},
		"short hour":                {"2026-01-31T1:00:00Z", "error: written hh:mm:ss"},
		"week date":                 {"2026-W05-6T12:00:00Z", "error: the date is written YYYY-MM-DD"},
		"day of the year":           {"2026-031T12:00:00Z", "error: the date is written YYYY-MM-DD"},
		"basic format":              {"20260131T120000Z", "error: the date is written YYYY-MM-DD"},
		"long year":                 {"+12026-01-31T12:00:00Z", "error: the date is written"},
		"point without digits":      {"2026-01-31T12:00:00.Z", "error: digits of the fraction"},
		"offset of a day":           {"2026-01-31T12:00:00+24:00", "error: at most 23:59"},
		"offset of one digit":       {"2026-01-31T12:00:00+1", "error: at most 23:59"},
		"offset of three digits":    {"2026-01-31T12:00:00+010", "error: at most 23:59"},
		"offset ends with a colon":  {"2026-01-31T12:00:00+01:", "error: at most 23:59"},
		"name of a zone":            {"2026-01-31T12:00:00 UTC", "error: written Z, +01:00, +0100 or +01"},
		"text after it":             {"2026-01-31T12:00:00Zx", "error: more text follows"},
		"seconds of the offset":     {"2026-01-31T12:00:00+01:00:00", "error: more text follows"},
		"digits of another script":  {"２０２６-01-31T12:00:00Z", "error: the date is written"},
		"hyphens of another script": {"2026−01−31T12:00:00Z", "error: the date is written"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			at, err := datetime.Parse(c.text)
			compare(t, at, err, c.want)
		})
	}
}

// compare compares a time with an RFC 3339 text, or an error with a part of it.
func compare(t *testing.T, at time.Time, err error, want string) {
	t.Helper()
	if part, isError := strings.CutPrefix(want, "error: "); isError {
		if err == nil {
			t.Fatalf("%s, want an error with %q", datetime.Format(at), part)
		}
		if !strings.Contains(err.Error(), part) {
			t.Errorf("error %q lacks %q", err, part)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	if got := datetime.Format(at); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestErrorsSayWhatIsAccepted(t *testing.T) {
	t.Parallel()
	_, err := datetime.Parse(strings.Repeat("x", 1000))
	if err == nil || !strings.Contains(err.Error(), datetime.Accepted) || len(err.Error()) > 300 {
		t.Errorf("the error is %v", err)
	}
}

func TestFormatOfAnOffsetWithSeconds(t *testing.T) {
	t.Parallel()
	zone, err := datetime.Zone("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(1850, 6, 1, 12, 0, 0, 0, zone) // local mean time, 53 minutes and 28 seconds from UTC
	if got, want := datetime.Format(at), "1850-06-01T11:06:32Z"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// FuzzParse checks that a text that package time reads as RFC 3339 is the same
// time here, and that the written time is read again.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{"2026-01-31T12:00:00Z", "2016-12-31T23:59:60Z", "2026-03-01T10:00:00.000+0100", "2026-01-31 12:00:00,5-23", "0000-01-01T00:00:00+01:00"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		at, err := datetime.Parse(text)
		if err != nil {
			// Package time accepts hours of one digit and offsets of a day.
			if known, _ := time.Parse(time.RFC3339, text); !known.IsZero() && len(text) > 19 && text[13] == ':' && !strings.ContainsAny(text[19:], "+-") {
				t.Errorf("%q is refused: %v", text, err)
			}
			return
		}
		if known, err := time.Parse(time.RFC3339, text); err == nil && !known.Equal(at) {
			t.Errorf("%q is %s, and for package time %s", text, at, known)
		}
		again, err := datetime.Parse(datetime.Format(at))
		if err == nil && !again.Equal(at) || err != nil && at.UTC().Year() >= 0 && at.UTC().Year() <= 9999 && at.Year() <= 9999 {
			t.Errorf("%q is written %q: %v, %v", text, datetime.Format(at), again, err)
		}
	})
}
