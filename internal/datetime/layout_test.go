package datetime_test

import (
	"testing"
	"time"

	"github.com/webhook-gateway/gateway/internal/datetime"
)

func TestLayoutParse(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ layout, text, zone, want string }{
		"GitLab":                   {"YYYY-MM-DD hh:mm:ss ZZZ", "2023-05-05 10:11:12 UTC", "UTC", "2023-05-05T10:11:12Z"},
		"HTTP":                     {"EEE, DD MMM YYYY hh:mm:ss ZZZ", "Sun, 06 Nov 1994 08:49:37 GMT", "Europe/Berlin", "1994-11-06T08:49:37Z"},
		"mail":                     {"EEE, D MMM YYYY hh:mm:ss ZZZZ", "Fri, 05 May 2023 10:11:12 +0200", "UTC", "2023-05-05T10:11:12+02:00"},
		"mail of a short day":      {"EEE, D MMM YYYY hh:mm:ss ZZZZ", "Fri, 5 May 2023 10:11:12 -0330", "UTC", "2023-05-05T10:11:12-03:30"},
		"zone of RFC 5322":         {"D MMM YYYY hh:mm:ss z", "5 May 2023 10:11:12 EDT", "UTC", "2023-05-05T10:11:12-04:00"},
		"names in any case":        {"EEEE D MMMM YYYY H:mm aa", "FRIDAY 5 may 2023 1:05 PM", "UTC", "2023-05-05T13:05:00Z"},
		"midnight of 12 hours":     {"YYYY-MM-DD HH:mm AA", "2023-05-05 12:30 AM", "UTC", "2023-05-05T00:30:00Z"},
		"noon of 12 hours":         {"YYYY-MM-DD HH:mm AA", "2023-05-05 12:30 pm", "UTC", "2023-05-05T12:30:00Z"},
		"only a date":              {"DD.MM.YYYY", "31.01.2026", "UTC", "2026-01-31T00:00:00Z"},
		"date of the basic format": {"YYYYMMDD'T'hhmmssZ", "20260131T120000+0100", "UTC", "2026-01-31T12:00:00+01:00"},
		"short year":               {"DD/MM/YY", "31/01/69", "UTC", "1969-01-31T00:00:00Z"},
		"short year after 2000":    {"DD/MM/YY", "31/01/68", "UTC", "2068-01-31T00:00:00Z"},
		"fraction":                 {"YYYY-MM-DD hh:mm:ss.SSS", "2026-01-31 12:00:00.123456", "UTC", "2026-01-31T12:00:00.123456Z"},
		"quotes":                   {"YYYY 'o''clock' hh", "2026 o'clock 07", "UTC", "2026-01-01T07:00:00Z"},
		"letters of other scripts": {"YYYY年M月D日", "2026年1月31日", "UTC", "2026-01-31T00:00:00Z"},
		"winter":                   {"YYYY-MM-DD hh:mm", "2026-01-31 12:00", "Europe/Berlin", "2026-01-31T12:00:00+01:00"},
		"summer":                   {"YYYY-MM-DD hh:mm", "2026-07-31 12:00", "Europe/Berlin", "2026-07-31T12:00:00+02:00"},
		"before the gap":           {"YYYY-MM-DD hh:mm", "2026-03-29 01:59", "Europe/Berlin", "2026-03-29T01:59:00+01:00"},
		"in the gap":               {"YYYY-MM-DD hh:mm", "2026-03-29 02:30", "Europe/Berlin", "2026-03-29T03:30:00+02:00"},
		"after the gap":            {"YYYY-MM-DD hh:mm", "2026-03-29 03:00", "Europe/Berlin", "2026-03-29T03:00:00+02:00"},
		"in the gap of New York":   {"YYYY-MM-DD hh:mm", "2026-03-08 02:30", "America/New_York", "2026-03-08T03:30:00-04:00"},
		"before the overlap":       {"YYYY-MM-DD hh:mm", "2026-10-25 01:59", "Europe/Berlin", "2026-10-25T01:59:00+02:00"},
		"in the overlap":           {"YYYY-MM-DD hh:mm", "2026-10-25 02:30", "Europe/Berlin", "2026-10-25T02:30:00+02:00"},
		"after the overlap":        {"YYYY-MM-DD hh:mm", "2026-10-25 03:00", "Europe/Berlin", "2026-10-25T03:00:00+01:00"},
		"overlap of New York":      {"YYYY-MM-DD hh:mm", "2026-11-01 01:30", "America/New_York", "2026-11-01T01:30:00-04:00"},
		"gap of half an hour":      {"YYYY-MM-DD hh:mm", "2026-10-04 02:15", "Australia/Lord_Howe", "2026-10-04T02:45:00+11:00"},
		"zone is an offset":        {"YYYY-MM-DD hh:mm", "2026-07-31 12:00", "-0930", "2026-07-31T12:00:00-09:30"},
		"offset wins over zone":    {"YYYY-MM-DD hh:mm ZZZZZ", "2026-07-31 12:00 -01:00", "Europe/Berlin", "2026-07-31T12:00:00-01:00"},

		"another separator":   {"YYYY-MM-DD", "2026/01/31", "UTC", `error: "-" is expected at "/01/31"`},
		"short":               {"YYYY-MM-DD", "2026-01", "UTC", `error: "-" is expected at ""`},
		"long":                {"YYYY-MM-DD", "2026-01-31T12:00", "UTC", `error: it ends before "T12:00"`},
		"one digit":           {"YYYY-MM-DD", "2026-1-31", "UTC", "error: a month of two digits is expected"},
		"day too large":       {"DD.MM.YYYY", "31.02.2026", "UTC", "error: the day is 01 to 28"},
		"hour 24":             {"YYYY-MM-DD hh:mm", "2026-01-31 24:00", "UTC", "error: the hour is 00 to 23"},
		"hour 13 of 12":       {"YYYY HH AA", "2026 13 PM", "UTC", "error: the hour is 01 to 12"},
		"hour 0 of 12":        {"YYYY HH AA", "2026 00 PM", "UTC", "error: the hour is 01 to 12"},
		"no name of a month":  {"D MMM YYYY", "5 Mai 2023", "UTC", "error: a month of three letters is expected"},
		"ambiguous zone":      {"YYYY-MM-DD hh:mm z", "2026-07-31 12:00 CEST", "UTC", `error: "CEST" has no offset that is the same everywhere`},
		"no offset":           {"YYYY-MM-DD hh:mm Z", "2026-07-31 12:00 ", "UTC", "error: the offset from UTC is missing"},
		"layout has no year":  {"hh:mm", "12:00", "UTC", "error: the year is missing"},
		"layout has no AM/PM": {"YYYY-MM-DD HH:mm", "2026-01-31 12:00", "UTC", "error: needs AA"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			layout, err := datetime.ParseLayout(c.layout)
			if err != nil {
				t.Fatal(err)
			}
			zone, err := datetime.Zone(c.zone)
			if err != nil {
				t.Fatal(err)
			}
			at, err := layout.Parse(c.text, zone)
			compare(t, at, err, c.want)
		})
	}
}

func TestLayoutFormat(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ layout, zone, want string }{
		"all of two digits":  {"YY MM DD hh HH mm ss", "UTC", "26 01 05 15 03 04 09"},
		"all short":          {"YYYY M D h H m s", "UTC", "2026 1 5 15 3 4 9"},
		"names":              {"EEEE EEE MMMM MMM AA aa", "UTC", "Monday Mon January Jan PM pm"},
		"fractions":          {"S SSS SSSSSSSSS", "UTC", "0 012 012345678"},
		"offsets":            {"Z ZZZ ZZZZ ZZZZZ z", "Europe/Berlin", "+01:00 +0100 +0100 +01:00 CET"},
		"offsets of UTC":     {"Z ZZZ ZZZZ ZZZZZ z", "UTC", "Z UTC +0000 +00:00 UTC"},
		"zone without name":  {"z", "+05:30", "+0530"},
		"quoted and outside": {"'Tag' D, '' 'it''s'", "UTC", "Tag 5, ' it's"},
		"other scripts":      {"YYYY年M月D日", "Asia/Tokyo", "2026年1月6日"},
		"nothing":            {"", "UTC", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			layout, err := datetime.ParseLayout(c.layout)
			if err != nil {
				t.Fatal(err)
			}
			zone, err := datetime.Zone(c.zone)
			if err != nil {
				t.Fatal(err)
			}
			at := time.Date(2026, 1, 5, 15, 4, 9, 12345678, time.UTC).In(zone)
			if got := layout.Format(at); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

func TestWrongLayoutsAndZones(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"YYY", "MMMMM", "DDD", "EE", "hhh", "HHH", "A", "aaa", "mmm", "sss", "SSSSSSSSSS", "ZZ", "zz", "x", "YYYY-MM-DDThh", "'open", "'it''"} {
		if _, err := datetime.ParseLayout(text); err == nil {
			t.Errorf("%q is a layout", text)
		}
	}
	for _, name := range []string{"", "Local", "Berlin", "Europe/Atlantis", "../etc/passwd", "+1", "+25:00", "+01:00x", "Europe/Berlin\n"} {
		if zone, err := datetime.Zone(name); err == nil {
			t.Errorf("%q is the zone %s", name, zone)
		}
	}
}

// FuzzLayout checks that a time in a layout that has all its parts is read as
// the same time.
func FuzzLayout(f *testing.F) {
	f.Add(int64(1767625449), int64(12345678), "DD.MM.YYYY ", "Europe/Berlin")
	f.Add(int64(-9999999999), int64(0), "'it''s' EEE ", "America/New_York")
	f.Fuzz(func(t *testing.T, seconds, nanoseconds int64, more, zoneName string) {
		layout, err := datetime.ParseLayout(more + " YYYY-MM-DD'T'hh:mm:ss.SSSSSSSSSZZZZZ")
		zone, zoneErr := datetime.Zone(zoneName)
		if err != nil || zoneErr != nil {
			return
		}
		at := time.Unix(seconds%200_000_000_000, nanoseconds%1_000_000_000).In(zone)
		if _, offset := at.Zone(); offset%60 != 0 || at.Year() < 0 || at.Year() > 9999 {
			return
		}
		text := layout.Format(at)
		if again, err := layout.Parse(text, time.UTC); err == nil && !again.Equal(at) {
			t.Errorf("%s is written %q and read as %s", at, text, again)
		}
	})
}
