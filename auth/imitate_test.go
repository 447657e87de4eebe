package auth

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/webhook-gateway/gateway/config/schema"
)

// imitable returns a request that a kind could send, without its credentials.
func imitable(kind string) *Request {
	r := &Request{
		Method: "POST", PublicURL: "https://hooks.example.com", URI: "/hook?a=1", Header: http.Header{"Content-Type": {"application/json"}},
		Query: url.Values{"a": {"1"}}, Body: []byte(`{"id":1,"note":"first"}`), Now: noon(),
	}
	if body, ok := map[string]string{
		"braintree":       "bt_payload=bm90ZTpmaXJzdA%3D%3D",
		"twilio":          "Body=first&From=%2B1555",
		"microsoft_graph": `{"value":[{"subscriptionId":"s"}]}`,
	}[kind]; ok {
		r.Body = []byte(body)
		if body[0] != '{' {
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
	}
	return r
}

func cloneRequest(r *Request) *Request {
	c := *r
	c.Header, c.Query, c.Body = r.Header.Clone(), url.Values(http.Header(r.Query).Clone()), slices.Clone(r.Body)
	return &c
}

// changeByte changes one byte of a text to another digit: one that differs in bits
// that base64 does not drop at its end.
func changeByte(text string, i int) string {
	to := "0"
	if strings.ContainsAny(text[i:i+1], "0123") {
		to = "9"
	}
	return text[:i] + to + text[i+1:]
}

// onlySenders are the kinds whose requests only the sender can make, because it signs
// with a private key, or because the gateway knows no secret of it.
func onlySenders() []string {
	return []string{"discord", "sendgrid", "signature", "key", "azure_event_grid", "google_chat", "google_pubsub", "plaid", "paypal", "sns"}
}

// someOnlySender are the kinds of which this holds for some settings.
func someOnlySender() []string { return []string{"jwt", "standard_webhooks", "asana"} }

// bodyNotSigned are the kinds whose sender signs no body, or only a part of it.
func bodyNotSigned() []string {
	return []string{
		"basic", "bearer", "header", "query", "mtls", "jwt", "alertmanager", "gitlab", "okta", "microsoft_graph", "figma", "monday",
		"mailgun", "auth0", "telegram",
	}
}

// TestImitate imitates the sender of each kind by its documented examples. The
// request is accepted. With one changed byte of what was added it is refused, and
// so it is with another body, if the sender signs it.
func TestImitate(t *testing.T) {
	t.Parallel()
	for _, k := range usableKinds(t) {
		for _, e := range schema.Describe(k.New()).Examples() {
			t.Run(k.Name+" "+e.Title, func(t *testing.T) {
				t.Parallel()
				c, diags := decodeIn(t, exampleScope(e.HCL, true), k.Name, e.HCL)
				if diags.HasErrors() {
					t.Fatal(diags)
				}
				before := imitable(k.Name)
				r := cloneRequest(before)
				if !imitates(t, k.Name, c, r) {
					return
				}
				if err := c.Verify(t.Context(), r); err != nil {
					t.Fatalf("refused: %v; header %q, query %q, body %s", err, r.Header, r.Query, r.Body)
				}
				refusesChanges(t, c, r, added(r.Header, before.Header), func(changed *Request, name, text string) { changed.Header.Set(name, text) })
				refusesChanges(t, c, r, added(http.Header(r.Query), http.Header(before.Query)), func(changed *Request, name, text string) { changed.Query.Set(name, text) })
				changed := cloneRequest(r)
				changed.Body = []byte(strings.NewReplacer("first", "firzt", "bm90", "bm91").Replace(string(r.Body)))
				signed := c.Verify(t.Context(), changed) != nil
				if expected := !slices.Contains(bodyNotSigned(), k.Name) || strings.HasSuffix(e.Title, "signs the body"); signed != expected {
					t.Errorf("a changed body is refused: %t; %s", signed, changed.Body)
				}
			})
		}
	}
}

// imitates reports whether the request could be imitated, and holds the lists of
// kinds for which it can't.
func imitates(t *testing.T, kind string, c Check, r *Request) bool {
	t.Helper()
	err := Imitate(c, r)
	var cannot *CannotImitateError
	switch {
	case err == nil && slices.Contains(onlySenders(), kind):
		t.Errorf("%s can be imitated", kind)
	case errors.As(err, &cannot):
		if !slices.Contains(onlySenders(), kind) && !slices.Contains(someOnlySender(), kind) {
			t.Errorf("%s can't be imitated: %v", kind, err)
		}
	case err != nil:
		t.Fatal(err)
	}
	return err == nil
}

// added returns the values of a that b has not.
func added(a, b http.Header) map[string]string {
	out := map[string]string{}
	for name := range a {
		if !slices.Equal(a[name], b[name]) {
			out[name] = a.Get(name)
			if out[name] == "" {
				out[name] = a[name][0] // a name of a query is not canonical
			}
		}
	}
	return out
}

// refusesChanges changes each byte of each value.
func refusesChanges(t *testing.T, c Check, r *Request, values map[string]string, set func(r *Request, name, text string)) {
	t.Helper()
	for name, text := range values {
		for i := range len(text) {
			changed := cloneRequest(r)
			set(changed, name, changeByte(text, i))
			if c.Verify(t.Context(), changed) == nil {
				t.Errorf("%s: %s is accepted in place of %s", name, changeByte(text, i), text)
			}
		}
	}
}

// TestImitateChangesTheCertificate: another subject is refused.
func TestImitateChangesTheCertificate(t *testing.T) {
	t.Parallel()
	c := mustDecode(t, "mtls", `subjects = ["CN=partner"]`)
	r := imitable("mtls")
	if err := errors.Join(Imitate(c, r), c.Verify(t.Context(), r)); err != nil {
		t.Fatal(err)
	}
	r.ClientCertificate.Subject.CommonName = "partneR"
	if c.Verify(t.Context(), r) == nil {
		t.Error("another subject is accepted")
	}
}
