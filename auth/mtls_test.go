package auth

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"net/url"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestClientCertificates(t *testing.T) {
	t.Parallel()
	check := mustDecode(t, "mtls", `subjects = ["CN=partner", "DNS:orders.partner.example.com", "URI:spiffe://example.com/shop", "email:ops@example.com"]`)
	with := func(c x509.Certificate) *Request {
		r := withHeader()
		c.NotAfter = noon()
		r.ClientCertificate = &c
		return r
	}
	late := with(x509.Certificate{Subject: pkix.Name{CommonName: "partner"}})
	late.Now = noon().Add(time.Second)
	uri := func(path string) []*url.URL {
		return []*url.URL{{Scheme: "spiffe", Host: "example.com", Path: path}}
	}
	const other = "the client certificate has none of the 4 subjects"
	checkAttempts(t, check, []attempt{
		{"none", withHeader(), "the connection has no client certificate"},
		{"common name", with(x509.Certificate{Subject: pkix.Name{CommonName: "partner"}}), ""},
		{"expired while the connection was open", late, "the client certificate has expired"},
		{"another common name", with(x509.Certificate{Subject: pkix.Name{CommonName: "partner.example.com"}}), other},
		{"organization", with(x509.Certificate{Subject: pkix.Name{Organization: []string{"partner"}}}), other},
		{"DNS", with(x509.Certificate{DNSNames: []string{"a.example.com", "Orders.Partner.example.com"}}), ""},
		{"a common name that is a DNS name", with(x509.Certificate{Subject: pkix.Name{CommonName: "orders.partner.example.com"}}), other},
		{"a wildcard", with(x509.Certificate{DNSNames: []string{"*.partner.example.com"}}), other},
		{"URI", with(x509.Certificate{URIs: uri("/shop")}), ""},
		{"another URI", with(x509.Certificate{URIs: uri("/shop/x")}), other},
		{"email", with(x509.Certificate{EmailAddresses: []string{"ops@example.com"}}), ""},
		{"another email", with(x509.Certificate{EmailAddresses: []string{"dev@example.com"}}), other},
		{"no names", with(x509.Certificate{}), other},
	})
	got, err := Policy{Checks: []Check{check}}.Verify(t.Context(), with(x509.Certificate{Subject: pkix.Name{CommonName: "partner"}, DNSNames: []string{"a.example.com"}, URIs: uri("/x")}))
	want := map[string]any{"common_name": "partner", "dns": []any{"a.example.com"}, "uris": []any{"spiffe://example.com/x"}, "emails": []any{}}
	if diff := cmp.Diff(want, got.Claims); err != nil || diff != "" || !NeedsClientCertificate(check) || !HasClaims(check) {
		t.Errorf("%v, claims: %s", err, diff)
	}
}
