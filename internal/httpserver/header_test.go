package httpserver_test

import (
	"bufio"
	"net/http"
	"strings"
	"testing"

	"github.com/webhook-gateway/gateway/internal/httpserver"
)

func TestHeaderSize(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
		"POST /orders?id=1%202 HTTP/1.1\r\nHost: example.com\r\nX-A: 1\r\nX-A: 2\r\nX-Empty: \r\n\r\n",
	} {
		r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(text)))
		if err != nil {
			t.Fatal(err)
		}
		if got := httpserver.HeaderSize(r); got != len(text) {
			t.Errorf("%q has %d bytes, not %d", text, len(text), got)
		}
	}
}
