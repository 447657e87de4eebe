package web_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/testutil/actiontest"
	"github.com/webhook-gateway/gateway/internal/testutil/valuetest"
)

// TestHTTPRedirects: credentials stay on their server.
func TestHTTPRedirects(t *testing.T) {
	t.Parallel()
	other := actiontest.Serve(t, nil)
	first := actiontest.Serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/away":
			http.Redirect(w, r, other.URL+"/there", http.StatusFound)
		case "/within":
			http.Redirect(w, r, "/end", http.StatusFound)
		}
	})
	const header = `
		headers = {
			X-Mine  = secret.shop_token
			X-Fixed = "fixed"
		}`
	mine := "base_url = \"" + first.URL + "\"\nheaders = { X-Client = \"gateway\" }\n"
	conns := map[string]string{
		"basic":  mine + "basic {\n username = \"shop\"\n password = secret.shop_password\n}",
		"bearer": mine + "bearer { token = secret.shop_token }",
		"header": mine + "header {\n name = \"X-Shop\"\n value = secret.shop_token\n}",
	}
	names := map[string][]string{"basic": {"Authorization"}, "bearer": {"Authorization"}, "header": {"X-Shop"}}
	for name := range conns {
		b := actiontest.New(t)
		b.Connections = conns
		b.MustSucceed("http", "connection = connection.http."+name+"\nurl = \"/away\"", "{}")
		b.MustSucceed("http", "connection = connection.http."+name+"\nurl = \"/within\"", "{}")
		for _, at := range append(names[name], "X-Client") {
			for i, s := range lastOf(first, 3) {
				if s.Header.Get(at) == "" {
					t.Errorf("%s: request %d to the connection's own server lacks %s", name, i, at)
				}
			}
			if got := other.Requests()[len(other.Requests())-1]; got.Header.Get(at) != "" || got.URI != "/there" {
				t.Errorf("%s: %s went to another server (%s)", name, at, got.URI)
			}
		}
	}
	actiontest.New(t).MustSucceed("http", "url = \""+first.URL+"/away\""+header, "{}")
	got := other.Requests()[len(other.Requests())-1].Header
	if got.Get("X-Mine") != "" || got.Get("X-Fixed") != "" {
		t.Errorf("headers that read a secret went to another server: %v", got)
	}
	if got.Get("Idempotency-Key") == "" {
		t.Error("the key of the request was lost on the way")
	}
}

func lastOf(r *actiontest.Server, n int) []actiontest.Request {
	all := r.Requests()
	return all[max(0, len(all)-n):]
}

func TestHTTPRedirectAsAnswer(t *testing.T) {
	t.Parallel()
	server := actiontest.Serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", "/elsewhere")
		w.WriteHeader(http.StatusFound)
	})
	out := actiontest.New(t).MustSucceed("http", "url = \""+server.URL+"\"\nredirects = 0\nsuccess = \"302\"", "{}")
	headers, _ := out["headers"].(map[string]any)
	if valuetest.EncodeJSON(t, out["status"]) != "302" || headers["Location"] != "/elsewhere" || len(server.Requests()) != 1 {
		t.Errorf("%v after %d requests", out, len(server.Requests()))
	}
}

// TestRedirectOfDelivery: a delivery that a redirect would turn into a GET
// without its body fails with the new address, for both kinds of action.
func TestRedirectOfDelivery(t *testing.T) {
	t.Parallel()
	server := actiontest.Serve(t, func(w http.ResponseWriter, r *http.Request) {
		status, _ := strconv.Atoi(strings.TrimPrefix(r.URL.Path, "/moved/"))
		if status != 0 {
			w.Header().Set("Location", "/contacts/v2")
			w.WriteHeader(status)
		}
	})
	at := func(status string) string { return "url = \"" + server.URL + "/moved/" + status + "\"\n" }
	actions := map[string]string{"webhook": "field \"name\" {}\n", "http": "json = { name = webhook.body.name }\n"}
	for kind, fields := range actions {
		for _, status := range []string{"301", "302", "303"} {
			err := actiontest.New(t).MustFail(kind, at(status)+fields, `{"name": "Grüße"}`)
			if err.Class != flow.Permanent || !strings.Contains(err.Message, server.URL+"/contacts/v2") {
				t.Errorf("%s, %s: %s %q", kind, status, err.Class, err.Message)
			}
			hidden := actiontest.New(t).MustFail(kind, at(status)+fields+"sensitive = true\n", `{"name": "Grüße"}`)
			if strings.Contains(hidden.Message, "contacts") {
				t.Errorf("%s, %s: a sensitive action says %q", kind, status, hidden.Message)
			}
			actiontest.New(t).MustSucceed(kind, at(status)+fields+"see_other = true\n", `{"name": "Grüße"}`)
			if last := lastOf(server, 1)[0]; last.Method != http.MethodGet || len(last.Body) > 0 || last.URI != "/contacts/v2" {
				t.Errorf("%s, %s with see_other: %s %s", kind, status, last.Method, last.URI)
			}
		}
		for _, status := range []string{"307", "308"} {
			actiontest.New(t).MustSucceed(kind, at(status)+fields, `{"name": "Grüße"}`)
			if last := lastOf(server, 1)[0]; last.Method != http.MethodPost || len(last.Body) == 0 || last.URI != "/contacts/v2" {
				t.Errorf("%s, %s: %s %s with %d bytes", kind, status, last.Method, last.URI, len(last.Body))
			}
		}
	}
	for _, method := range []string{"GET", "HEAD"} {
		actiontest.New(t).MustSucceed("http", at("303")+"method = \""+method+"\"", "{}")
		if last := lastOf(server, 1)[0]; last.Method != method || last.URI != "/contacts/v2" {
			t.Errorf("%s: %s %s", method, last.Method, last.URI)
		}
	}
}

// TestHTTPQueryCredential: a credential in the query is added once, behind the
// file's own query, and no redirect repeats it.
func TestHTTPQueryCredential(t *testing.T) {
	t.Parallel()
	server := actiontest.Serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/a" {
			http.Redirect(w, r, "/b", http.StatusFound)
		}
	})
	b := actiontest.New(t)
	b.Connections["q"] = "base_url = \"" + server.URL + "\"\nquery {\n name = \"api key\"\n value = secret.shop_token\n}"
	b.MustSucceed("http", "connection = connection.http.q\nurl = \"a?x=1\"\nquery = { y = 2 }", "{}")
	var uris []string
	for _, s := range server.Requests() {
		uris = append(uris, s.URI)
	}
	if got, want := strings.Join(uris, " "), "/a?x=1&y=2&api%20key=t0ken-of-the-shop /b"; got != want {
		t.Errorf("requests %s, want %s", got, want)
	}
}
