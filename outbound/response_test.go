package outbound

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
)

func zip(t testing.TB, plain []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := w.Write(plain); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func brotliOf(t *testing.T, plain []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := brotli.NewWriter(&out)
	_, err := w.Write(plain)
	if err = errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func zlibOf(t *testing.T, plain []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zlib.NewWriter(&out)
	_, err := w.Write(plain)
	if err = errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// TestBodies sends body under a Content-Encoding, announced or in chunks.
func TestBodies(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, encoding string
		body           []byte
		max            int64
		want           string // "!" for too large
		left           string // Content-Encoding that is left
	}{
		{"plain", "", []byte("hello"), 0, "hello", ""},
		{"empty", "", nil, 0, "", ""},
		{"exactly the limit", "", []byte("hello"), 5, "hello", ""},
		{"one too many", "", []byte("hello!"), 5, "!", ""},
		{"empty at a limit of one", "", nil, 1, "", ""},
		{"gzip", "gzip", zip(t, []byte("hello")), 0, "hello", ""},
		{"gzip, capitals", " X-GZIP ", zip(t, []byte("hello")), 0, "hello", ""},
		{"gzip, exactly the limit", "gzip", zip(t, bytes.Repeat([]byte("a"), 5000)), 5000, strings.Repeat("a", 5000), ""},
		{"gzip, one too many", "gzip", zip(t, bytes.Repeat([]byte("a"), 5001)), 5000, "!", ""},
		{"gzip larger than what it holds", "gzip", zip(t, []byte("a")), 1, "a", ""},
		{"gzip bomb", "gzip", zip(t, make([]byte, 2<<20)), 64 << 10, "!", ""},
		{"gzip of nothing", "gzip", zip(t, nil), 0, "", ""},
		{"gzip without a byte", "gzip", nil, 0, "", "gzip"},
		{"two gzip members", "gzip", append(zip(t, []byte("a")), zip(t, []byte("b"))...), 0, "ab", ""},
		{"endless empty members", "gzip", bytes.Repeat(zip(t, nil), 4000), 10, "!", ""},
		{"gzip twice", "gzip, GZIP", zip(t, zip(t, []byte("hello"))), 0, "hello", ""},
		{"brotli", "br", brotliOf(t, []byte("hello")), 0, "hello", ""},
		{"brotli, one too many", "br", brotliOf(t, bytes.Repeat([]byte("a"), 5001)), 5000, "!", ""},
		{"brotli, then gzip", "br,gzip", zip(t, brotliOf(t, []byte("hello"))), 0, "hello", ""},
		{"brotli without a byte", "br", nil, 0, "", "br"},
		{"deflate", "deflate", zlibOf(t, []byte("hello")), 0, "hello", ""},
		{"unknown encoding is left alone", "compress", []byte("zz"), 0, "zz", "compress"},
		{"unknown encoding inside gzip is left alone", "compress, gzip", []byte("zz"), 0, "zz", "compress, gzip"},
	}
	c := local(t)
	for _, tt := range tests {
		for _, announced := range []bool{true, false} {
			name := tt.name + map[bool]string{true: ", announced", false: ", in chunks"}[announced]
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
					w.Header()["Content-Encoding"] = []string{tt.encoding}
					if !announced {
						w.WriteHeader(http.StatusOK)
						w.(http.Flusher).Flush()
					}
					_, _ = w.Write(tt.body)
				})
				req := &Request{URL: s.URL + "/x", MaxResponse: tt.max}
				if tt.want == "!" {
					e := mustFail(t, c, req, ReasonTooLarge)
					if !strings.HasPrefix(e.Error(), s.URL+": the response body is larger than its limit of ") {
						t.Errorf("got %q", e)
					}
					return
				}
				got := mustDo(t, c, req)
				if string(got.Body) != tt.want || got.Header.Get("Content-Encoding") != tt.left {
					t.Errorf("got %q with encoding %q", got.Body, got.Header.Get("Content-Encoding"))
				}
				if tt.encoding == "gzip" && len(tt.body) > 0 && got.Header.Get("Content-Length") != "" {
					t.Error("the length of the encoded body is left")
				}
			})
		}
	}
}

func TestBodilessAnswers(t *testing.T) {
	t.Parallel()
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		if r.Method == http.MethodHead {
			w.Header().Set("Content-Length", "1000000")
			return
		}
		w.WriteHeader(http.StatusNoContent)
	})
	for _, method := range []string{http.MethodHead, http.MethodGet} {
		got := mustDo(t, local(t), &Request{Method: method, URL: s.URL, MaxResponse: 10})
		if len(got.Body) != 0 || got.Header.Get("Content-Encoding") != "gzip" {
			t.Errorf("%s: body %q, header %v", method, got.Body, got.Header)
		}
	}
}

func TestEndlessBody(t *testing.T) {
	t.Parallel()
	s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		for {
			if _, err := w.Write(make([]byte, 64<<10)); err != nil {
				return
			}
		}
	})
	e := mustFail(t, local(t), &Request{URL: s.URL}, ReasonTooLarge)
	if want := s.URL + ": the response body is larger than its limit of 10MiB"; e.Error() != want {
		t.Errorf("got %q, want %q", e, want)
	}
}

func TestCapped(t *testing.T) {
	t.Parallel()
	for limit, want := range map[int64]error{4: errTooLarge, 5: nil, 6: nil} {
		got, err := io.ReadAll(&capped{r: strings.NewReader("hello"), left: limit})
		if !errors.Is(err, want) || string(got) != "hello"[:min(5, limit)] {
			t.Errorf("limit %d: %q, %v", limit, got, err)
		}
	}
}

func TestSizes(t *testing.T) {
	t.Parallel()
	for n, want := range map[int64]string{0: "0 bytes", 1000: "1000 bytes", 1024: "1KiB", 1536: "1536 bytes", 10 << 20: "10MiB"} {
		if got := sizeText(n); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
	const most = int64(1<<63 - 1)
	if got := wireLimit(most); got <= 0 {
		t.Errorf("the limit of the wire overflows to %d", got)
	}
}
