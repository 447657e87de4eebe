package web_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/testutil/actiontest"
)

// TestHTTPUnreadableAnswer: the action says why it can't decode an answer.
func TestHTTPUnreadableAnswer(t *testing.T) {
	t.Parallel()
	cases := []struct{ name, kind, coding, body, words string }{
		{"unknown coding", "application/json", "compress", "\x1f\x9d\x90", `its Content-Encoding "compress" is not known; known are gzip, deflate, br, zstd`},
		{"unknown charset", "application/json; charset=x-klingon", "", "[\"\xfc\"]", `the charset "x-klingon" of its Content-Type is not known`},
		{"JSON in Latin-1 that does not say so", "application/json", "", "[\"\xfc\"]", "it is application/json, but not in UTF-8"},
		{"XML in Latin-1 that does not say so", "text/xml", "", "<o>\xfc</o>", "it is text/xml, but not in UTF-8"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := actiontest.Serve(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", c.kind)
				if c.coding != "" {
					w.Header().Set("Content-Encoding", c.coding)
				}
				_, _ = w.Write([]byte(c.body))
			})
			err := actiontest.New(t).MustFail("http", "url = \""+s.URL+"/\"", "{}")
			if err.Class != flow.Permanent || !strings.Contains(err.Message, c.words) {
				t.Errorf("%s: %q, want %q", err.Class, err.Message, c.words)
			}
		})
	}
}
