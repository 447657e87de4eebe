package triggers

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"strings"
	"testing"

	"github.com/webhook-gateway/gateway/flow"
)

func gzipped(t testing.TB, text string) string {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestCompressedBodies checks that a flow reads a compressed body as if it had
// been sent plain, also after a restart.
func TestCompressedBodies(t *testing.T) {
	t.Parallel()
	w := mustLoad(t, everyType+"\nvariable \"order\" {\n  type     = number\n  required = false\n}")
	const text = `{"order": 17}`
	for _, coding := range []string{"gzip", "X-GZIP", "identity, gzip"} {
		header := http.Header{"Content-Type": {"application/json"}, "Content-Encoding": {coding}, "Content-Length": {"33"}, "X-Shop": {"1"}}
		e := sent{header: header, body: gzipped(t, text)}.accepted(t, w)
		stored, err := w.Encode(e)
		if err != nil {
			t.Fatal(err)
		}
		again, err := w.Decode(stored, flow.Limits{Body: 1 << 20})
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range []flow.Event{e, again} {
			for name, want := range map[string]string{
				"order": `17`, "raw": `"{\"order\": 17}"`, "headers": `{"Content-Type":"application/json","Host":"hooks.example.com","X-Shop":"1"}`,
			} {
				if got := read(t, e, name); got != want {
					t.Errorf("%s: %s is %s, want %s", coding, name, got, want)
				}
			}
			if got := e.(flow.Sized).BodySize(); got != int64(len(text)) {
				t.Errorf("size %d, want that of the plain body", got)
			}
		}
	}
	form := http.Header{"Content-Type": {"application/x-www-form-urlencoded"}, "Content-Encoding": {"gzip"}}
	if got := read(t, sent{header: form, body: gzipped(t, "order=7")}.accepted(t, w), "order"); got != "7" {
		t.Errorf("order %s", got)
	}
	empty := http.Header{"Content-Encoding": {"gzip"}}
	if got := read(t, sent{header: empty, body: ""}.accepted(t, w), "body"); got != "null" {
		t.Errorf("body %s", got)
	}
	if got := read(t, sent{header: empty, body: gzipped(t, "")}.accepted(t, w), "body"); got != "null" {
		t.Errorf("body %s", got)
	}
}

// TestCompressedSignatures checks that a signature is one of the bytes as they
// were sent.
func TestCompressedSignatures(t *testing.T) {
	t.Parallel()
	w := mustLoad(t, hmacAuth)
	const text = `{"order": 17}`
	header := sign(gzipped(t, text))
	header.Set("Content-Encoding", "gzip")
	if got := read(t, sent{header: header, body: gzipped(t, text)}.accepted(t, w), "body"); got != `{"order":17}` {
		t.Errorf("body %s", got)
	}
	header = sign(text)
	header.Set("Content-Encoding", "gzip")
	_ = sent{header: header, body: gzipped(t, text)}.refused(t, w, 401)
}

func TestCompressedBodiesRefused(t *testing.T) {
	t.Parallel()
	w := mustLoad(t, "")
	header := http.Header{"Content-Encoding": {"gzip"}}
	bomb := gzipped(t, `"`+strings.Repeat("a", 4<<20)+`"`)
	if p := (sent{header: header, body: bomb}).refused(t, w, 413); !strings.Contains(p.Detail, "1048576") {
		t.Errorf("detail %q", p.Detail)
	}
	if p := (sent{header: header, body: `{"a": 1}`}).refused(t, w, 400); p.Outcome != "malformed" || !strings.Contains(p.Detail, "gzip") {
		t.Errorf("%+v", p)
	}
	_ = sent{header: header, body: gzipped(t, "{")}.refused(t, w, 400)
}

func TestMaxBody(t *testing.T) {
	t.Parallel()
	text := `"` + strings.Repeat("a", 2<<20) + `"`
	large := mustLoad(t, `max_body = "5MiB"`)
	sent{body: text}.accepted(t, large)
	sent{header: http.Header{"Content-Encoding": {"gzip"}}, body: gzipped(t, text)}.accepted(t, large)
	_ = sent{body: text}.refused(t, mustLoad(t, ""), 413)
	_ = sent{body: text}.refused(t, mustLoad(t, "max_body = null"), 413)
	small := mustLoad(t, `max_body = "10B"`)
	sent{body: `"12345678"`}.accepted(t, small)
	if p := (sent{body: `"123456789"`}).refused(t, small, 413); !strings.Contains(p.Detail, "at most 10 bytes") {
		t.Errorf("detail %q", p.Detail)
	}
	_ = sent{reader: unread{t}, length: 6 << 20}.refused(t, large, 413)
	if got := large.Parts("").HTTP.MaxBody; got != 5<<20 {
		t.Errorf("max body %d", got)
	}
}
