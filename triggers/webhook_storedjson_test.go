package triggers

import (
	"encoding/json"
	"net/http"
	"net/netip"
	"reflect"
	"testing"
	"time"
)

func keptCases() map[string]keptEvent {
	at := time.Date(2026, 3, 1, 12, 0, 1, 250_000_001, time.FixedZone("", 3600))
	return map[string]keptEvent{
		"least":   {ReceivedAt: at},
		"usual":   {Method: "POST", URL: "/a?b=c", Host: "h:80", RemoteIP: netip.MustParseAddr("192.0.2.7"), ReceivedAt: at, Header: http.Header{"Content-Type": {"application/json"}, "X-A": {"1", "2"}}},
		"path":    {Method: "PUT", URL: "/é/<>&\u2028", RemoteIP: netip.MustParseAddr("2001:db8::1"), ReceivedAt: at.UTC(), Path: map[string]string{"b": "\"\\\n", "a": ""}},
		"no UTF8": {URL: "/\xff", Host: "\x00", ReceivedAt: at, Header: http.Header{"X": {"\xc3"}, "Y": nil}},
		"many": {ReceivedAt: at, Header: func() http.Header {
			h := http.Header{}
			for _, c := range "abcdefghijklmnopqrstuvwxyz" {
				h.Set("X-"+string(c), string(c))
			}
			return h
		}()},
	}
}

// TestAppendKept holds what is written against what the standard library reads
// from its own.
func TestAppendKept(t *testing.T) {
	t.Parallel()
	for name, k := range keptCases() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := appendKept(nil, &k)
			if err != nil {
				t.Fatal(err)
			}
			want, err := json.Marshal(k)
			if err != nil {
				t.Fatal(err)
			}
			var a, b keptEvent
			if err := json.Unmarshal(got, &a); err != nil {
				t.Fatalf("%v in %s", err, got)
			}
			if err := json.Unmarshal(want, &b); err != nil {
				t.Fatal(err)
			}
			for name, lines := range a.Header {
				if len(lines) == 0 && len(b.Header[name]) == 0 {
					a.Header[name] = b.Header[name] // null and [] are the same
				}
			}
			if !reflect.DeepEqual(a, b) {
				t.Errorf("%s\nis not\n%s", got, want)
			}
		})
	}
}

func TestAppendKeptAllocatesOnlyTheResult(t *testing.T) {
	k := keptCases()["usual"]
	n := testing.AllocsPerRun(100, func() {
		if _, err := appendKept(make([]byte, 0, 512), &k); err != nil {
			t.Fatal(err)
		}
	})
	if n > 3 {
		t.Errorf("%v allocations", n)
	}
}
