package web

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/webhook-gateway/gateway/outbound"
)

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	cases := []struct {
		name, after, date string
		want              time.Duration
	}{
		{"none", "", "", 0},
		{"seconds", "120", "", 2 * time.Minute},
		{"seconds with spaces", " 1 ", "", time.Second},
		{"now", "0", "", 0},
		{"a date", "Fri, 02 Jan 2026 03:05:05 GMT", "", time.Minute},
		{"a date by the server's own clock", "Fri, 02 Jan 2026 03:05:05 GMT", "Fri, 02 Jan 2026 03:05:00 GMT", 5 * time.Second},
		{"a date that is over", "Fri, 02 Jan 2026 03:00:00 GMT", "", 0},
		{"negative", "-5", "", 0},
		{"fraction", "1.5", "", 0},
		{"words", "soon", "", 0},
		{"more than anybody waits", "2000000000", "", maxRetryAfter},
		{"beyond numbers", "99999999999999999999", "", 0},
		{"far away", "Fri, 02 Jan 9999 03:00:00 GMT", "", maxRetryAfter},
	}
	for _, c := range cases {
		header := http.Header{"Retry-After": {c.after}, "Date": {c.date}}
		if got := RetryAfter(header, now); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// TestPlainReasonsAreComplete: there are words for every reason that an error
// can have.
func TestPlainReasonsAreComplete(t *testing.T) {
	t.Parallel()
	for _, reason := range []string{
		outbound.ReasonTimeout, outbound.ReasonConnect, outbound.ReasonRefused, outbound.ReasonTLS, outbound.ReasonRedirect,
		outbound.ReasonTooLarge, outbound.ReasonProtocol, outbound.ReasonInvalid,
	} {
		if strings.HasPrefix(describeReason(reason), ";") {
			t.Errorf("no words for %q", reason)
		}
	}
}
