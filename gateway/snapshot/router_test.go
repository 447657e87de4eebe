package snapshot_test

import (
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/gateway/snapshot"
)

// routes makes a router of lines such as "POST,PUT /orders/{id}".
func routes(lines ...string) *snapshot.Router {
	r := &snapshot.Router{}
	for _, line := range lines {
		methods, path, _ := strings.Cut(line, " ")
		r.Add(&snapshot.Endpoint{Flow: &flow.Flow{Name: line}, HTTP: &flow.HTTPPart{Route: flow.Route{Methods: strings.Split(methods, ",")}}, Path: path})
	}
	return r
}

func testRoutes() *snapshot.Router {
	return routes(
		"POST /", "POST /orders", "PUT,GET /orders", "POST /orders/{id}", "DELETE /orders/{any}", "POST /orders/new",
		"POST /orders/{id}/items/{sku}", "POST /orders/new/items", "POST /büro 1/50%/{x}", "POST /100%41",
		"POST /{tenant}/in", "POST /a/{x}/c", "POST /{y}/b/d",
	)
}

func TestRouter(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, method, path string
		want               string // the route
		values             map[string]string
		allow              string
	}{
		{name: "root", path: "/", want: "POST /"},
		{name: "literal", path: "/orders", want: "POST /orders"},
		{name: "other method of the path", method: "GET", path: "/orders", want: "PUT,GET /orders"},
		{name: "literal over name", path: "/orders/new", want: "POST /orders/new"},
		{name: "name", path: "/orders/17", want: "POST /orders/{id}", values: map[string]string{"id": "17"}},
		{name: "names of the route that has the method", method: "DELETE", path: "/orders/17", want: "DELETE /orders/{any}", values: map[string]string{"any": "17"}},
		{name: "name where the literal lacks the method", method: "DELETE", path: "/orders/new", want: "DELETE /orders/{any}", values: map[string]string{"any": "new"}},
		{name: "name where the literal leads nowhere", path: "/orders/new/items/x", want: "POST /orders/{id}/items/{sku}", values: map[string]string{"id": "new", "sku": "x"}},
		{name: "back to an earlier name", path: "/a/b/d", want: "POST /{y}/b/d", values: map[string]string{"y": "a"}},
		{name: "no way back needed", path: "/a/b/c", want: "POST /a/{x}/c", values: map[string]string{"x": "b"}},

		{name: "escaped literal", path: "/b%C3%BCro%201/50%25/y", want: "POST /büro 1/50%/{x}", values: map[string]string{"x": "y"}},
		{name: "needless escape", path: "/%6Frders", want: "POST /orders"},
		{name: "pattern is not decoded again", path: "/100%2541", want: "POST /100%41"},
		{name: "nor is the request", path: "/100%41"},
		{name: "escaped slash is no separator", path: "/orders/a%2Fb", want: "POST /orders/{id}", values: map[string]string{"id": "a/b"}},
		{name: "escaped slash in a literal", path: "/orders%2Fnew"},
		{name: "brace in a request", path: "/orders/%7Bid%7D", want: "POST /orders/{id}", values: map[string]string{"id": "{id}"}},

		{name: "slash at the end", path: "/orders/"},
		{name: "empty segment", path: "//orders"},
		{name: "empty name", path: "/orders//items/x"},
		{name: "dot", path: "/orders/."},
		{name: "dots", path: "/orders/.."},
		{name: "escaped dots", path: "/orders/%2e%2E"},
		{name: "dots between", path: "/orders/../orders"},
		{name: "three dots are a name", path: "/orders/...", want: "POST /orders/{id}", values: map[string]string{"id": "..."}},
		{name: "not UTF-8", path: "/orders/%ff"},
		{name: "bad escape", path: "/orders/%zz"},
		{name: "case matters", path: "/Orders"},
		{name: "longer than any route", path: "/orders/1/items/2/3"},
		{name: "empty, as in http://host", path: "", want: "POST /"},
		{name: "asterisk", path: "*"},

		{name: "allowed methods of all that fit", method: "PATCH", path: "/orders/new", allow: "DELETE POST"},
		{name: "allowed methods, each once", method: "PATCH", path: "/orders", allow: "GET POST PUT"},
		{name: "methods are upper case", method: "post", path: "/orders", allow: "GET POST PUT"},
	}
	r := testRoutes()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if c.method == "" {
				c.method = "POST"
			}
			m := r.Find(c.method, c.path)
			got := ""
			if m.Endpoint != nil {
				got = m.Endpoint.Flow.Name
			}
			if got != c.want {
				t.Errorf("route %q, want %q", got, c.want)
			}
			if !maps.Equal(m.Values, c.values) {
				t.Errorf("values %v, want %v", m.Values, c.values)
			}
			if allow := strings.Join(m.Allow, " "); got == "" && allow != c.allow {
				t.Errorf("allow %q, want %q", allow, c.allow)
			}
		})
	}
}

func TestRouterTakesLongPaths(t *testing.T) {
	t.Parallel()
	r := testRoutes()
	for _, path := range []string{strings.Repeat("/a", 1<<20), "/" + strings.Repeat("a", 1<<20), strings.Repeat("/", 1<<20), "/orders/" + strings.Repeat("%41", 1<<18)} {
		m := r.Find("POST", path)
		if got, want := m.Endpoint != nil, strings.HasPrefix(path, "/orders/"); got != want {
			t.Errorf("a path of %d bytes that begins with %q: found %t, want %t", len(path), path[:10], got, want)
		}
	}
}

// FuzzRouter checks that each match is right: the values in the pattern give the
// path again.
func FuzzRouter(f *testing.F) {
	for _, path := range []string{"/", "/orders/new", "/orders/a%2Fb/items/%20", "//", "/%", "/a/b/d", "/orders/..", "/%C3%BC/in", "/orders/%ff"} {
		f.Add("POST", path)
	}
	r := testRoutes()
	f.Fuzz(func(t *testing.T, method, path string) {
		m := r.Find(method, path)
		if m.Endpoint == nil {
			if slices.Contains(m.Allow, method) {
				t.Errorf("%s %s is refused and %v allowed", method, path, m.Allow)
			}
			return
		}
		var parts []string
		for _, seg := range strings.Split(m.Endpoint.Path, "/") {
			if strings.HasPrefix(seg, "{") {
				v := m.Values[seg[1:len(seg)-1]]
				if v == "" || v == "." || v == ".." || !utf8.ValidString(v) {
					t.Errorf("%q stands for %s", v, seg)
				}
				seg = v
			}
			parts = append(parts, seg)
		}
		got := strings.Split(strings.TrimPrefix(path, "/"), "/")
		for i := range got {
			got[i], _ = url.PathUnescape(got[i])
		}
		if !slices.Equal(got, parts[1:]) {
			t.Errorf("%s led to %v", path, parts)
		}
	})
}

func BenchmarkRouter(b *testing.B) {
	r := testRoutes()
	b.ReportAllocs()
	for b.Loop() {
		r.Find("POST", "/orders/17/items/LAMP-01")
	}
}

// TestRouterOfChallenges: the more specific path also takes a challenge, and a method
// that it accepts is no challenge.
func TestRouterOfChallenges(t *testing.T) {
	t.Parallel()
	r := routes("GET /{name}", "POST /{name}/in")
	part := &flow.HTTPPart{Route: flow.Route{Methods: []string{"POST"}, ChallengeMethods: []string{"GET"}}}
	verified := &snapshot.Endpoint{Flow: &flow.Flow{Name: "verified"}, HTTP: part, Path: "/verified"}
	r.Add(verified)
	m := r.Find("GET", "/verified")
	if m.Challenge != verified || m.Endpoint != nil || !slices.Equal(m.Allow, []string{"POST"}) {
		t.Errorf("GET finds %+v", m)
	}
	if m := r.Find("POST", "/verified"); m.Endpoint != verified || m.Challenge != nil {
		t.Errorf("POST finds %+v", m)
	}
	if m := r.Find("GET", "/other"); m.Endpoint == nil || m.Challenge != nil {
		t.Errorf("another path finds %+v", m)
	}
	if m := r.Find("GET", "/verified/in"); m.Challenge != nil || m.Endpoint != nil {
		t.Errorf("a longer path finds %+v", m)
	}
}
