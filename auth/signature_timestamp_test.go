package auth

import (
	"fmt"
	"net/http"
	"testing"
	"time"
)

func TestTimestampLiesWithinTheTolerance(t *testing.T) {
	t.Parallel()
	c := mustDecode(t, "hmac", "secret = secret.key\nheader = \"X-Sig\"\ntimestamp_header = \"x-time\"\npayload = \"${webhook.headers[\"X-Time\"]}.${webhook.raw}\"")
	signed := func(text string) *Request {
		return withBody("b", "X-Time", text, "X-Sig", hmacOf(t, "sha256", testKey, text+".b"))
	}
	unix := func(ago time.Duration) string { return fmt.Sprint(noon().Add(-ago).Unix()) }
	milli := func(ago time.Duration) string { return fmt.Sprint(noon().Add(-ago).UnixMilli()) }
	const noTime = "the timestamp is no time in Unix seconds or milliseconds, RFC 3339 or a date of HTTP"
	twice := signed(unix(0))
	twice.Header.Add("X-Time", unix(time.Hour))
	missing := signed(unix(0))
	missing.Header.Del("X-Time")
	forged := signed(unix(time.Hour))
	forged.Header.Set("X-Time", unix(0))
	checkAttempts(t, c, []attempt{
		{"now", signed(unix(0)), ""},
		{"as old as may be", signed(unix(5 * time.Minute)), ""},
		{"too old", signed(unix(400 * time.Second)), "the timestamp is 400s old, tolerance 300s"},
		{"a second too old", signed(unix(5*time.Minute + time.Second)), "the timestamp is 301s old, tolerance 300s"},
		{"as early as may be", signed(unix(-5 * time.Minute)), ""},
		{"too early", signed(unix(-6 * time.Minute)), "the timestamp is 360s ahead, tolerance 300s"},
		{"milliseconds", signed(milli(time.Minute)), ""},
		{"milliseconds, as old as may be", signed(milli(5 * time.Minute)), ""},
		{"milliseconds, too old", signed(milli(5*time.Minute + time.Millisecond)), "the timestamp is 301s old, tolerance 300s"},
		{"RFC 3339", signed("2026-03-14T12:00:00Z"), ""},
		{"RFC 3339 with a zone and a fraction", signed("2026-03-14T13:02:00.25+01:00"), ""},
		{"RFC 3339, too old", signed("2026-03-14T11:50:00Z"), "the timestamp is 600s old, tolerance 300s"},
		{"a date of HTTP", signed(noon().Format(http.TimeFormat)), ""},
		{"a date of HTTP, too early", signed(noon().Add(time.Hour).Format(http.TimeFormat)), "the timestamp is 3600s ahead, tolerance 300s"},
		{"in the first year", signed("0"), "the timestamp is 1773489600s old, tolerance 300s"},
		{"farther ahead than durations reach", signed("99999999999"), "the timestamp is 9223372037s ahead, tolerance 300s"},
		{"farther back than durations reach", signed("0001-01-01T00:00:00Z"), "the timestamp is 9223372037s old, tolerance 300s"},
		{"too many digits", signed("177348960000000000"), noTime},
		{"more digits than numbers hold", signed("99999999999999999999"), noTime},
		{"negative", signed("-1"), noTime},
		{"a fraction", signed(unix(0) + ".5"), noTime},
		{"words", signed("today"), noTime},
		{"empty", signed(""), noTime},
		{"missing", missing, "no X-Time header"},
		{"twice", twice, "more than one X-Time header"},
		{"made new after signing", forged, errMismatch.Error()},
	})
}

func TestTimestampToleranceIsChosen(t *testing.T) {
	t.Parallel()
	c := mustDecode(t, "hmac", "secret = secret.key\nheader = \"X-Sig\"\ntimestamp_header = \"X-Time\"\npayload = \"${webhook.headers[\"X-Time\"]}\\n${webhook.raw}\"\ntolerance = \"1d\"")
	signed := func(ago time.Duration) *Request {
		text := noon().Add(-ago).Format(time.RFC3339)
		return withBody("b", "X-Time", text, "X-Sig", hmacOf(t, "sha256", testKey, text+"\nb"))
	}
	checkAttempts(t, c, []attempt{
		{"within a day", signed(23 * time.Hour), ""},
		{"older", signed(25 * time.Hour), "the timestamp is 90000s old, tolerance 86400s"},
	})
}

func TestWithoutNowNothingIsFresh(t *testing.T) {
	t.Parallel()
	if err := (timeSource{format: anyTimeName, tolerance: time.Hour}).check("2026-03-14T12:00:00Z", time.Time{}); err == nil {
		t.Error("a request without its own time is let in")
	}
}
