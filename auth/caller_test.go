package auth

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"testing"

	"github.com/hashicorp/hcl/v2"
)

// Checks that learn who the caller is say it, and those inside of auth "all" too. The
// first name counts.
func TestNameOfTheCaller(t *testing.T) {
	t.Parallel()
	const block = "secret = secret.long\n"
	token := func(changes map[string]any) *Request { return bearerRequest(hs256(t, validClaims(changes))) }
	certified := func(c x509.Certificate) *Request {
		r := withHeader()
		c.NotAfter = noon()
		r.ClientCertificate = &c
		return r
	}
	both := token(nil)
	both.ClientCertificate = certified(x509.Certificate{Subject: pkix.Name{CommonName: "partner"}}).ClientCertificate
	const subjects = `subjects = ["CN=partner", "DNS:orders.partner.example.com"]`
	for name, c := range map[string]struct {
		kind, block string
		request     *Request
		want        string
		always      bool // each caller has a name
	}{
		"subject":             {"jwt", block, token(nil), "jane", false},
		"no subject":          {"jwt", block, token(map[string]any{"sub": nil}), "", false},
		"subject of no text":  {"jwt", block, token(map[string]any{"sub": []string{"jane"}}), "", false},
		"another claim":       {"jwt", block + `name_claim = "email"`, token(map[string]any{"email": "jane@example.com"}), "jane@example.com", false},
		"another claim, none": {"jwt", block + `name_claim = "email"`, token(nil), "", false},
		"a number":            {"jwt", block + `name_claim = "client"`, token(map[string]any{"client": 12345678901234567}), "12345678901234567", false},
		"common name":         {"mtls", subjects, certified(x509.Certificate{Subject: pkix.Name{CommonName: "partner"}, DNSNames: []string{"a.example.com"}}), "partner", true},
		"alternative name":    {"mtls", subjects, certified(x509.Certificate{Subject: pkix.Name{CommonName: "x"}, DNSNames: []string{"ORDERS.partner.example.com"}}), "orders.partner.example.com", true},
		"token first":         {"all", "auth \"jwt\" {\n" + block + "}\nauth \"mtls\" {\n" + subjects + "\n}", both, "jane", true},
		"certificate first":   {"all", "auth \"mtls\" {\n" + subjects + "\n}\nauth \"jwt\" {\n" + block + "}", both, "partner", true},
	} {
		check := mustDecode(t, c.kind, c.block)
		got, err := Policy{Checks: []Check{check}}.Verify(t.Context(), c.request)
		if err != nil || got.Name != c.want || got.Claims == nil {
			t.Errorf("%s: %q with the claims %v: %v", name, got.Name, got.Claims, err)
		}
		if NamesCaller(check) != c.always {
			t.Errorf("%s: a name for each caller: %t", name, !c.always)
		}
	}
	checkFindings(t, "jwt", []finding{{"an empty claim", block + `name_claim = ""`, hcl.DiagError, "Wrong value", "It is empty", "3:14-3:16"}})
}
