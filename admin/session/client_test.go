package session

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

func TestClientBounds(t *testing.T) {
	t.Parallel()
	other := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(other.Close)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/whole":
			_, _ = w.Write(make([]byte, maxProviderAnswer))
		case "/large":
			_, _ = w.Write(make([]byte, maxProviderAnswer+1))
		case "/moved":
			http.Redirect(w, r, "/whole", http.StatusFound)
		case "/endless":
			http.Redirect(w, r, "/endless", http.StatusFound)
		case "/away":
			http.Redirect(w, r, other.URL, http.StatusTemporaryRedirect)
		}
	}))
	t.Cleanup(server.Close)
	client := NewClient(func(*url.URL) (*url.URL, error) { return nil, nil }) //nolint:nilnil // no proxy is no error
	t.Cleanup(client.CloseIdleConnections)
	for path, want := range map[string]string{
		"/whole": "", "/moved": "",
		"/large":   "http: request body too large",
		"/endless": "leads on more than 3 times",
		"/away":    "which is another host: name the host that answers in --oidc-issuer",
	} {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+path, strings.NewReader("client_secret=x"))
			if err != nil {
				t.Fatal(err)
			}
			res, err := client.Do(req)
			if err == nil {
				_, err = io.Copy(io.Discard, res.Body)
				_ = res.Body.Close()
			}
			if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
				t.Errorf("got %v, want %q", err, want)
			}
		})
	}
}

// TestClientProxy sends a request through the proxy that the settings name.
func TestClientProxy(t *testing.T) {
	t.Parallel()
	asked := make(chan string, 1)
	proxy := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { asked <- r.URL.String() }))
	t.Cleanup(proxy.Close)
	at, err := url.Parse(proxy.URL)
	if err != nil {
		t.Fatal(err)
	}
	client := NewClient(func(*url.URL) (*url.URL, error) { return at, nil })
	t.Cleanup(client.CloseIdleConnections)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://issuer.example/keys", nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if got := <-asked; got != "http://issuer.example/keys" {
		t.Errorf("the proxy was asked for %s", got)
	}
}
