package outbound

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// recorder answers /<status> with a redirect to what the query's "to" says,
// and everything else with what it was sent.
func recorder(w http.ResponseWriter, r *http.Request) {
	var status int
	if _, err := fmt.Sscanf(r.URL.Path, "/%d", &status); err == nil {
		if to := r.URL.Query().Get("to"); to != "" {
			w.Header().Set("Location", to)
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, "moved")
		return
	}
	body, _ := io.ReadAll(r.Body)
	_, _ = fmt.Fprintf(w, "%s %s", r.Method, body)
	for _, name := range []string{"Authorization", "Cookie", "X-Api-Key", "X-Plain", "X-Mine", "Idempotency-Key", "Content-Type"} {
		if r.Header.Get(name) != "" {
			_, _ = io.WriteString(w, " "+name)
		}
	}
	if !strings.HasPrefix(r.Host, "127.0.0.1:") {
		_, _ = io.WriteString(w, " Host="+r.Host)
	}
}

func to(status int, location string) string {
	return fmt.Sprintf("/%d?to=%s", status, url.QueryEscape(location))
}

func TestRedirectIsTheAnswerUnlessFollowed(t *testing.T) {
	t.Parallel()
	s := serve(t, recorder)
	tests := []struct {
		name string
		req  Request
		want int
	}{
		{"not asked to follow", Request{URL: s.URL + to(302, "/x")}, 302},
		{"no Location", Request{URL: s.URL + "/302", Redirects: 5}, 302},
		{"not modified", Request{URL: s.URL + to(304, "/x"), Redirects: 5}, 304},
		{"multiple choices", Request{URL: s.URL + to(300, "/x"), Redirects: 5}, 300},
		{"created", Request{URL: s.URL + to(201, "/x"), Redirects: 5}, 201},
	}
	c := local(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := mustDo(t, c, &tt.req)
			if got.Status != tt.want || got.FinalURL != tt.req.URL || got.Redirects != 0 {
				t.Errorf("got %d from %s after %d redirects", got.Status, got.FinalURL, got.Redirects)
			}
		})
	}
}

func TestRedirectMethods(t *testing.T) {
	t.Parallel()
	s := serve(t, recorder)
	tests := []struct {
		status        int
		method, wants string
	}{
		{301, "GET", "GET "},
		{302, "GET", "GET "},
		{303, "GET", "GET "},
		{307, "GET", "GET "},
		{308, "GET", "GET "},
		{301, "POST", "GET "},
		{302, "POST", "GET "},
		{303, "POST", "GET "},
		{307, "POST", "POST body Content-Type"},
		{308, "POST", "POST body Content-Type"},
		{301, "PUT", "PUT body Content-Type"},
		{302, "DELETE", "DELETE body Content-Type"},
		{303, "PUT", "GET "},
		{303, "HEAD", ""},
	}
	c := local(t)
	for _, tt := range tests {
		t.Run(fmt.Sprint(tt.status, tt.method), func(t *testing.T) {
			t.Parallel()
			req := &Request{Method: tt.method, URL: s.URL + to(tt.status, "there"), Redirects: 1, SeeOther: true}
			if tt.method != "GET" && tt.method != "HEAD" {
				req.Body, req.Header = []byte("body"), http.Header{"Content-Type": {"text/plain"}}
			}
			got := mustDo(t, c, req)
			if string(got.Body) != tt.wants || got.Status != 200 || got.Redirects != 1 || got.FinalURL != s.URL+"/there" {
				t.Errorf("got %d %q from %s", got.Status, got.Body, got.FinalURL)
			}
		})
	}
}

// TestRedirectThatDropsTheBody: a redirect that would turn a request into a GET
// is a failure that names the new address, also with an empty body.
func TestRedirectThatDropsTheBody(t *testing.T) {
	t.Parallel()
	s := serve(t, recorder)
	long := "/" + strings.Repeat("a", 5000)
	tests := []struct {
		name, method, location, shown string
		status                        int
		body                          string
	}{
		{"301", "POST", "/orders/v2", s.URL + "/orders/v2", 301, "body"},
		{"302", "POST", "/orders/v2", s.URL + "/orders/v2", 302, "body"},
		{"303", "POST", "/orders/v2", s.URL + "/orders/v2", 303, "body"},
		{"303 after PUT", "PUT", "/done", s.URL + "/done", 303, "body"},
		{"303 after DELETE", "DELETE", "/done", s.URL + "/done", 303, ""},
		{"empty body", "POST", "/done", s.URL + "/done", 302, ""},
		{"another party", "POST", "https://shop.example.com/v2", "https://shop.example.com/v2", 301, "body"},
		{"to https", "POST", "https://127.0.0.1/x", "https://127.0.0.1/x", 301, "body"},
		{"query is hidden", "POST", "/done?key=hunter2", s.URL + "/done?…", 302, "body"},
		{"control characters", "POST", "/a%0Ab", s.URL + "/a%0Ab", 302, "body"},
		{"long address", "POST", long, (s.URL + long)[:maxShownLocation] + "…", 302, "body"},
	}
	c := local(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			req := &Request{Method: tt.method, URL: s.URL + to(tt.status, tt.location), Body: []byte(tt.body), Redirects: 5}
			e := mustFail(t, c, req, ReasonRedirect)
			if want := fmt.Sprintf("answered %d, which redirects to %s and makes the %s a GET", tt.status, tt.shown, tt.method); !strings.Contains(e.Error(), want) {
				t.Errorf("got %q, want %q", e, want)
			}
			mustHide(t, e, "hunter2")
			req.Redirects = 0
			if got := mustDo(t, c, req); got.Status != tt.status || got.Header.Get("Location") != tt.location {
				t.Errorf("with no redirects followed: %d to %q", got.Status, got.Header.Get("Location"))
			}
		})
	}
}

func TestRedirectLimit(t *testing.T) {
	t.Parallel()
	s := serve(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/again", http.StatusFound) })
	e := mustFail(t, local(t), &Request{URL: s.URL + "/x", Redirects: 3}, ReasonRedirect)
	if want := s.URL + ": more than 3 redirects, the most this request follows"; e.Error() != want {
		t.Errorf("got %q, want %q", e, want)
	}
}

// TestRedirectIsGuarded: an allowed server redirects to what is not.
func TestRedirectIsGuarded(t *testing.T) {
	t.Parallel()
	inner := serve(t, hello)
	s := serve(t, recorder)
	c := newClient(t, Options{Resolver: newZone(map[string][]string{"inner.example": {"127.0.0.1"}}).resolver()}, "127.0.0.1:"+portOfServer(s))
	for _, location := range []string{
		inner.URL, "http://inner.example:" + portOfServer(inner), "http://169.254.169.254/latest/meta-data/",
		"http://[::ffff:10.0.0.1]/", "//10.0.0.1/", "http://[::1]:" + portOfServer(s),
	} {
		t.Run(location, func(t *testing.T) {
			t.Parallel()
			e := mustFail(t, c, &Request{URL: s.URL + to(302, location), Redirects: 5}, ReasonRefused)
			if strings.Contains(e.Error(), "latest") {
				t.Errorf("the error %q holds a path", e)
			}
		})
	}
}

func TestRedirectHeaders(t *testing.T) {
	t.Parallel()
	far, near := serve(t, recorder), serve(t, recorder)
	back := far.URL + to(302, near.URL+"/x")
	const everything = "Authorization Cookie X-Api-Key X-Plain X-Mine Idempotency-Key Host=shop.example"
	tests := []struct {
		name, location, want string
		sensitive            []string
	}{
		{"same party", "/x", everything, []string{"X-Mine"}},
		{"other port", far.URL, "X-Plain X-Mine Idempotency-Key", nil},
		{"other port, with a header of the request's", far.URL, "X-Plain Idempotency-Key", []string{"x-mine"}},
		{"there and back", back, "X-Plain Idempotency-Key", []string{"x-mine"}},
		{"other name, same address", "http://localhost:" + portOfServer(near), "X-Plain X-Mine Idempotency-Key Host=localhost:" + portOfServer(near), nil},
	}
	c := newClient(t, Options{Resolver: newZone(map[string][]string{"localhost": {"127.0.0.1"}}).resolver()}, "127.0.0.1")
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := mustDo(t, c, &Request{
				URL: near.URL + to(302, tt.location), Redirects: 5, Sensitive: tt.sensitive,
				Header: http.Header{
					"Authorization": {"1"}, "Cookie": {"1"}, "x-api-key": {"1"}, "X-Plain": {"1"}, "X-Mine": {"1"},
					"Idempotency-Key": {"1"}, "Host": {"shop.example"},
				},
			})
			if want := "GET  " + tt.want; string(got.Body) != want {
				t.Errorf("the last server saw %q, want %q", got.Body, want)
			}
		})
	}
}

func TestRedirectKeepsBodiesAtHome(t *testing.T) {
	t.Parallel()
	far, near := serve(t, recorder), serve(t, recorder)
	c := local(t)
	for _, status := range []int{307, 308} {
		e := mustFail(t, c, &Request{Method: "POST", URL: near.URL + to(status, far.URL+"/hunter2"), Body: []byte("x"), Redirects: 1}, ReasonRedirect)
		want := near.URL + ": the server redirects the request with its body to " + far.URL + ", another party; call that URL directly if it is meant"
		if e.Error() != want {
			t.Errorf("%d: got %q, want %q", status, e, want)
		}
		mustHide(t, e, "hunter2")
	}
	got := mustDo(t, c, &Request{Method: "POST", URL: near.URL + to(307, far.URL), Redirects: 1})
	if string(got.Body) != "POST " {
		t.Errorf("without a body: %q", got.Body)
	}
	got = mustDo(t, c, &Request{Method: "POST", URL: near.URL + to(303, far.URL), Body: []byte("x"), Redirects: 1, SeeOther: true})
	if string(got.Body) != "GET " {
		t.Errorf("303: %q", got.Body)
	}
}

// TestRedirectBetweenSchemes crosses from http to https and back. All names
// and ports lead to one of two servers, by the port that is dialled.
func TestRedirectBetweenSchemes(t *testing.T) {
	t.Parallel()
	plain := serve(t, recorder)
	secure := httptest.NewTLSServer(http.HandlerFunc(recorder))
	t.Cleanup(secure.Close)
	c := newClient(t, Options{
		TLS: trusting(secure), Resolver: newZone(map[string][]string{"example.com": {"93.184.215.14"}}).resolver(),
	})
	c.dial = byPort(map[uint16]*httptest.Server{80: plain, 443: secure, 8443: secure})
	tests := []struct{ name, from, to, want string }{
		{"up, default ports", "http://example.com", "https://example.com/x", "POST body Authorization Host=example.com"},
		{"up, other port", "http://example.com", "https://example.com:8443/x", ""},
		{"down", "https://example.com", "http://example.com/x", ""},
		{"port written out", "https://example.com", "https://EXAMPLE.com.:443/x", "POST body Authorization Host=EXAMPLE.com."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			req := &Request{Method: "POST", URL: tt.from + to(308, tt.to), Body: []byte("body"), Redirects: 1, Header: http.Header{"Authorization": {"1"}}}
			if tt.want == "" {
				_ = mustFail(t, c, req, ReasonRedirect)
				return
			}
			got := mustDo(t, c, req)
			if !strings.HasPrefix(string(got.Body), tt.want) {
				t.Errorf("got %q, want %q", got.Body, tt.want)
			}
		})
	}
	got := mustDo(t, c, &Request{URL: "https://example.com" + to(302, "http://example.com/x"), Redirects: 1, Header: http.Header{"Authorization": {"1"}}})
	if want := "GET  Host=example.com"; string(got.Body) != want {
		t.Errorf("down without a body: got %q, want %q", got.Body, want)
	}
}

// TestTLSSettingStaysAtHome: the client certificate of a request is for the
// host of its URL.
func TestTLSSettingStaysAtHome(t *testing.T) {
	t.Parallel()
	near, far := mutual(t), mutual(t)
	setting := trusting(near).Clone()
	setting.Certificates = near.TLS.Certificates
	setting.RootCAs.AddCert(far.Certificate())
	c := newClient(t, Options{TLS: trusting(far)}, "127.0.0.1")

	for location, want := range map[string]string{"/x": "GET certificates: 1", far.URL + "/x": "GET certificates: 0"} {
		got := mustDo(t, c, &Request{URL: near.URL + to(302, location), Redirects: 1, TLS: setting})
		if string(got.Body) != want {
			t.Errorf("to %s: %q, want %q", location, got.Body, want)
		}
	}
}

func TestWithheld(t *testing.T) {
	t.Parallel()
	var gone []string
	for _, name := range []string{
		"Accept", "Apikey", "Authorization", "Content-Type", "Cookie", "Idempotency-Key", "Private-Token", "Traceparent",
		"X-Amz-Security-Token", "X-Auth", "X-Hub-Signature-256", "X-Password", "X-Request-Id", "X-Secret", "X-Session",
	} {
		if isWithheld(name, []string{"x-request-ID"}) {
			gone = append(gone, name)
		}
	}
	want := []string{
		"Apikey", "Authorization", "Cookie", "Private-Token", "X-Amz-Security-Token", "X-Auth", "X-Hub-Signature-256",
		"X-Password", "X-Request-Id", "X-Secret", "X-Session",
	}
	if !slices.Equal(gone, want) {
		t.Errorf("withheld %q, want %q", gone, want)
	}
	if !isWithheld("Idempotency-Key", []string{"Idempotency-Key"}) {
		t.Error("a listed header is not withheld")
	}
}
