package infer_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/webhook-gateway/gateway/actions"
	"github.com/webhook-gateway/gateway/auth"
	"github.com/webhook-gateway/gateway/config/load"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/internal/value"
	"github.com/webhook-gateway/gateway/triggers"
	"github.com/webhook-gateway/gateway/triggers/input/infer"
)

// mustAccept checks that the flow with the inferred blocks compiles without a
// finding, and that its endpoint accepts each sample.
func mustAccept(t *testing.T, samples []infer.Sample, headers []string) {
	t.Helper()
	r := infer.Variables(samples, headers)
	text := r.Flow("inferred")
	loaded, diags := load.Files(load.Options{
		FS: fstest.MapFS{"a.hcl": {Data: []byte(text)}}, Paths: []load.Path{{Dir: "a.hcl"}}, Clock: clock.System{},
		Kinds:       flow.Kinds{Actions: actions.All(), Triggers: triggers.All(auth.All())},
		Connections: actions.Connections(),
	})
	if len(diags) > 0 {
		t.Fatalf("findings: %v in\n%s", diags, text)
	}
	endpoint := loaded.Flows[0].Parts.HTTP
	for i := range samples {
		request := requestOf(t, &samples[i])
		_, problem := endpoint.Accept(request, flow.Incoming{
			ReceivedAt: time.Unix(0, 0), RemoteIP: netip.MustParseAddr("192.0.2.7"), Limits: flow.Limits{Body: 1 << 20, JSONDepth: value.DefaultDepth},
		})
		if problem != nil {
			body, _ := value.Append(nil, samples[i].Body)
			t.Fatalf("sample %d is refused: %v %+v\n%.500s\nby\n%s", i, problem, problem.Faults, body, text)
		}
	}
}

// requestOf builds the request of a sample. Bodies in other formats than JSON are
// written as forms, whose values are texts as well.
func requestOf(t *testing.T, s *infer.Sample) *http.Request {
	t.Helper()
	method, body, contentType := s.Method, "", ""
	if method == "" {
		method = http.MethodPost
	}
	switch {
	case s.HasBody && s.ContentType == "json":
		text, err := value.Append(nil, s.Body)
		if err != nil {
			t.Fatal(err)
		}
		body, contentType = string(text), "application/json"
	case s.HasBody && s.ContentType == "xml":
		body, contentType = xmlText(s.Body), "text/xml"
	case s.HasBody && s.ContentType == "multipart":
		body, contentType = "--b\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\nReport\r\n--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.pdf\"\r\n\r\nx\r\n--b--\r\n", "multipart/form-data; boundary=b"
	case s.HasBody && s.ContentType == "form":
		body, contentType = formText(s.Body), "application/x-www-form-urlencoded"
	case s.HasBody:
		body, contentType = fmt.Sprint(s.Body), "text/plain"
	}
	r := httptest.NewRequestWithContext(t.Context(), method, "/x?"+formText(s.Query), strings.NewReader(body))
	for name, values := range s.Header {
		r.Header[name] = values
	}
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	return r
}

// formText writes values in the notation of queries.
func formText(v any) string {
	var parts []string
	var write func(name string, v any)
	write = func(name string, v any) {
		switch v := v.(type) {
		case map[string]any:
			for member, inner := range v {
				if name != "" {
					member = name + "[" + member + "]"
				}
				write(member, inner)
			}
		case []any:
			for i, inner := range v {
				write(fmt.Sprintf("%s[%d]", name, i), inner)
			}
		default:
			parts = append(parts, url.QueryEscape(name)+"="+url.QueryEscape(fmt.Sprint(v)))
		}
	}
	write("", v)
	return strings.Join(parts, "&")
}

func xmlText(v any) string {
	out := ""
	members, _ := v.(map[string]any)
	for name, inner := range members {
		list, ok := inner.([]any)
		if !ok {
			list = []any{inner}
		}
		for _, e := range list {
			text := xmlText(e)
			if s, ok := e.(string); ok {
				text = s
			}
			out += "<" + name + ">" + text + "</" + name + ">"
		}
	}
	return out
}

// TestAcceptsItsSamples is the promise of the package: a flow with the blocks
// accepts each sample, whatever the samples are.
func TestAcceptsItsSamples(t *testing.T) {
	t.Parallel()
	const rounds = 300
	for seed := range uint64(rounds) {
		g := &generator{rand.New(rand.NewPCG(seed, 1))} //nolint:gosec // a test wants the same numbers again
		var text strings.Builder
		for range 1 + g.IntN(6) {
			body, err := json.Marshal(g.object(0))
			if err != nil {
				t.Fatal(err)
			}
			text.Write(body)
			text.WriteByte('\n')
		}
		mustAccept(t, read(t, infer.Options{}, text.String()), nil)
	}
}

// TestAcceptsItsQueries is the same for queries.
func TestAcceptsItsQueries(t *testing.T) {
	t.Parallel()
	const rounds = 300
	for seed := range uint64(rounds) {
		g := &generator{rand.New(rand.NewPCG(seed, 2))} //nolint:gosec // as above
		var urls []string
		for range 1 + g.IntN(6) {
			urls = append(urls, "https://hooks.example.com/?"+g.query())
		}
		mustAccept(t, read(t, infer.Options{}, urls...), nil)
	}
}

// generator makes values from a few names and texts, so that samples overlap.
type generator struct{ *rand.Rand }

func pick[T any](g *generator, from ...T) T { return from[g.IntN(len(from))] }

func (g *generator) object(depth int) map[string]any {
	out := map[string]any{}
	for range g.IntN(5) {
		name := pick(g, "a", "b", "c", "raw", "a b", "7", "2026-01-01", "$${x}", "${y", "%{if", "é", "e\u0301", "null", "\"q\"", "\\", "\u0000", "😀", "tab\there")
		out[name] = g.value(depth + 1)
	}
	return out
}

func (g *generator) value(depth int) any {
	switch n := g.IntN(8); {
	case n == 0:
		return nil
	case n == 1:
		return g.IntN(2) == 0
	case n == 2:
		return pick(g, 0, 7, -1)
	case n == 3 && depth < 4:
		return g.object(depth)
	case n == 4 && depth < 4:
		list := []any{}
		for range g.IntN(3) {
			list = append(list, g.value(depth+1))
		}
		return list
	}
	return g.text()
}

func (g *generator) text() string {
	return pick(g, "", "a", "b", "paid", "open", "7", "1e3", "-0", "007", "true", "on", "jane@example.com", "2026-01-01", "2026-01-01T00:00:00Z", "10.0.0.1", "::1", "https://example.com", "a:b", "12345678901")
}

func (g *generator) query() string {
	var parts []string
	for range g.IntN(5) {
		name := pick(g, "a", "b", "c", "a[x]", "a[]", "b[0][y]", "c[x]", "method", "a.b")
		parts = append(parts, url.QueryEscape(name)+"="+url.QueryEscape(g.text()))
	}
	return strings.Join(parts, "&")
}
