package auth

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/webhook-gateway/gateway/config/schema"
)

// verdict is a check with a fixed result.
type verdict struct {
	err       error
	body      bool
	challenge string
	headers   []string
	query     []string
}

func (v *verdict) Describe(*schema.Spec)                  {}
func (v *verdict) Verify(context.Context, *Request) error { return v.err }
func (v *verdict) NeedsBody() bool                        { return v.body }
func (v *verdict) Challenge() string                      { return v.challenge }
func (v *verdict) Headers() []string                      { return v.headers }
func (v *verdict) Query() []string                        { return v.query }

func TestPolicyLetsInWhoAnyCheckLetsIn(t *testing.T) {
	t.Parallel()
	errFirst, errSecond := errors.New("no Authorization header"), errors.New(errMismatch.Error())
	in, first, second := &verdict{}, &verdict{err: errFirst}, &verdict{err: errSecond}
	cases := []struct {
		name   string
		checks []Check
		want   string
	}{
		{"no checks", nil, ""},
		{"one that agrees", []Check{in}, ""},
		{"the first agrees", []Check{in, first}, ""},
		{"the last agrees", []Check{first, second, in}, ""},
		{"one that refuses", []Check{first}, "no Authorization header"},
		{"all refuse", []Check{first, second}, "no Authorization header; " + errMismatch.Error()},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			accepting, err := Policy{Checks: tc.checks}.Verify(t.Context(), withHeader())
			if want := tc.want == "" && len(tc.checks) > 0; want != (accepting.Check == Check(in)) {
				t.Errorf("accepted by %v", accepting.Check)
			}
			got := ""
			if err != nil {
				got = err.Error()
			}
			if got != tc.want {
				t.Errorf("refused with %q, want %q", got, tc.want)
			}
			if tc.want != "" && !errors.Is(err, errFirst) {
				t.Error("the reason is not in the error")
			}
		})
	}
}

func TestPolicyCollects(t *testing.T) {
	t.Parallel()
	none := Policy{}
	if len(none.Challenges()) > 0 || len(none.Headers()) > 0 || len(none.Query()) > 0 {
		t.Error("a policy without checks asks for something")
	}
	p := Policy{Checks: []Check{
		mustDecode(t, "hmac", "secret = secret.key\nheader = \"X-Sig\""),
		mustDecode(t, "bearer", "token = \"a-token\""),
		mustDecode(t, "basic", "username = \"shop\"\npassword = secret.key"),
		mustDecode(t, "basic", "username = \"other\"\npassword = secret.old"),
		mustDecode(t, "query", "name = \"key\"\nvalue = secret.key"),
	}}
	if got, want := p.Challenges(), []string{`ApiKey realm="gateway"`, `Basic realm="gateway", charset="UTF-8"`, `Bearer realm="gateway"`, `Signature realm="gateway"`}; !slices.Equal(got, want) {
		t.Errorf("challenges %q, want %q", got, want)
	}
	if got, want := p.Headers(), []string{"Authorization", "X-Sig"}; !slices.Equal(got, want) {
		t.Errorf("headers %q, want %q", got, want)
	}
	if got, want := p.Query(), []string{"key"}; !slices.Equal(got, want) {
		t.Errorf("query %q, want %q", got, want)
	}
	if early, late := p.SplitByBody(); !slices.Equal(early.Checks, p.Checks[1:]) || !slices.Equal(late.Checks, p.Checks[:1]) {
		t.Errorf("%d checks without and %d with the body, want the signature alone with it", len(early.Checks), len(late.Checks))
	}
}

func TestPolicyOfRealChecks(t *testing.T) {
	t.Parallel()
	p := Policy{Checks: []Check{
		mustDecode(t, "basic", "username = \"shop\"\npassword = secret.key"),
		mustDecode(t, "github", "secret = secret.key"),
	}}
	cases := []struct {
		name    string
		request *Request
		why     string
	}{
		{"by password", withBody("b", "Authorization", basicHeader("shop:"+testKey)), ""},
		{"by signature", withBody("b", "X-Hub-Signature-256", "sha256="+hmacOf(t, "sha256", testKey, "b")), ""},
		{"by signature, with a wrong password", withBody("b", "Authorization", basicHeader("shop:x"), "X-Hub-Signature-256", "sha256="+hmacOf(t, "sha256", testKey, "b")), ""},
		{"by neither", withBody("b"), "no Authorization header; no X-Hub-Signature-256 header"},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			why := ""
			if _, err := p.Verify(t.Context(), tc.request); err != nil {
				why = err.Error()
			}
			if why != tc.why {
				t.Errorf("refused with %q, want %q", why, tc.why)
			}
		})
	}
}

// A wrong signature over the URL may come from a wrong public_url, of which the caller
// learns nothing but the log does.
func TestPolicyExplainsMismatches(t *testing.T) {
	t.Parallel()
	signed := withBody("a=1", "X-Twilio-Signature", "AAAAAAAAAAAAAAAAAAAAAAAAAAA=", "Content-Type", "application/x-www-form-urlencoded")
	signed.PublicURL, signed.URI = "https://old.example.com", "/sms"
	github := withBody("a", "X-Hub-Signature-256", "sha256="+strings.Repeat("0", 64))
	for kind, r := range map[string]*Request{"twilio": signed, "github": github} {
		_, err := (Policy{Checks: []Check{mustDecode(t, kind, "secret = secret.key")}}).Verify(t.Context(), r)
		if err == nil || !strings.Contains(err.Error(), "another secret") || strings.Contains(err.Error(), "public_url") != (kind == "twilio") {
			t.Errorf("%s: %v", kind, err)
		}
	}
}
