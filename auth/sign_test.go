package auth

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/webhook-gateway/gateway/config/schema"
)

// sender stands for an action that declares sign blocks.
type sender struct{ signers []Signer }

func (s *sender) Describe(spec *schema.Spec) {
	schema.Kinds(spec, "sign", "How it is signed.", Signers(), func(_ *hclsyntax.Block, v Signer) { s.signers = append(s.signers, v) })
}

func decodeSigner(t *testing.T, kind, body string) (Signer, hcl.Diagnostics) {
	t.Helper()
	src := fmt.Sprintf("action {\nsign %q {\n%s\n}\n}\n", kind, body)
	f, diags := hclsyntax.ParseConfig([]byte(src), "test.hcl", hcl.Pos{Line: 0, Column: 1})
	if diags.HasErrors() {
		t.Fatalf("%v in\n%s", diags, src)
	}
	v := &sender{}
	diags = schema.Decode(&schema.Context{Scope: testScope()}, v, f.Body.(*hclsyntax.Body).Blocks[0])
	if len(v.signers) != 1 {
		t.Fatalf("%d signers: %v", len(v.signers), diags)
	}
	return v.signers[0], diags
}

// TestSignedIsLetIn: a gateway accepts the signature that another gateway made
// with the same settings.
func TestSignedIsLetIn(t *testing.T) {
	t.Parallel()
	cases := []struct{ name, settings string }{
		{"the body", ""},
		{"prefix", "prefix = \"v1=\""},
		{"sha1 in base64", "algorithm = \"sha1\"\nencoding = \"base64\""},
		{"sha384 in base64url", "algorithm = \"sha384\"\nencoding = \"base64url\""},
		{"sha512", "algorithm = \"sha512\""},
		{"time", "timestamp_header = \"x-time\"\npayload = \"v0:${webhook.headers[\"X-Time\"]}:${webhook.raw}\""},
		{"another header", "payload = \"${webhook.headers[\"Content-Type\"]}\\n${webhook.raw}\""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			const common = "secret = secret.key\nheader = \"x-signature\"\n"
			signer, diags := decodeSigner(t, "hmac", common+c.settings)
			if len(diags) > 0 {
				t.Fatal(diags)
			}
			check := mustDecode(t, "hmac", common+c.settings)
			for _, body := range []string{"", "a=b&c=ü", "{\"e\": \"e\u0301\"}\r\n", "\x00\xff"} {
				out := &Outgoing{Header: http.Header{"Content-Type": {"text/plain"}}, Body: []byte(body), Now: noon()}
				fields, err := signer.Sign(out)
				if err != nil || len(fields) == 0 || out.Header.Get(fields[0]) == "" {
					t.Fatalf("signing %q: %v, %v", body, fields, err)
				}
				in := &Request{Header: out.Header, Body: out.Body, Now: noon()}
				if err := check.Verify(t.Context(), in); err != nil {
					t.Errorf("%q is refused: %v", body, err)
				}
				in.Body = append(in.Body, '!')
				if err := check.Verify(t.Context(), in); err == nil {
					t.Errorf("a longer body than %q is let in", body)
				}
			}
		})
	}
}

// TestSignHMACVector is test case 2 of RFC 4231.
func TestSignHMACVector(t *testing.T) {
	t.Parallel()
	signer, diags := decodeSigner(t, "hmac", "secret = \"Jefe\"\nheader = \"X-Sig\"")
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	r := &Outgoing{Header: http.Header{"X-Sig": {"forged", "twice"}}, Body: []byte("what do ya want for nothing?")}
	if _, err := signer.Sign(r); err != nil {
		t.Fatal(err)
	}
	if got := r.Header.Values("X-Sig"); len(got) != 1 || got[0] != "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843" {
		t.Errorf("the signature is %q", got)
	}
}

func TestSignNeedsItsHeaders(t *testing.T) {
	t.Parallel()
	signer, _ := decodeSigner(t, "hmac", "secret = secret.key\nheader = \"X-Sig\"\npayload = \"${webhook.headers[\"X-Other\"]}${webhook.raw}\"")
	_, err := signer.Sign(&Outgoing{Header: http.Header{}})
	if err == nil || !strings.Contains(err.Error(), "X-Other") {
		t.Errorf("got %v", err)
	}
}

// TestSignStandard signs the example of the specification.
func TestSignStandard(t *testing.T) {
	t.Parallel()
	const body = `{"test": 2432232314}`
	for _, secret := range []string{`"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"`, `["MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_c3RhcGxlIG9mIHllc3RlcmRheSwgYXQgbGVhc3Q="]`} {
		signer, diags := decodeSigner(t, "standard_webhooks", "secret = "+secret)
		if len(diags) > 0 {
			t.Fatal(diags)
		}
		r := &Outgoing{Header: http.Header{}, Body: []byte(body), Key: "01run/partner", Now: time.Unix(1614265330, 0)}
		fields, err := signer.Sign(r)
		if err != nil || len(fields) != 3 {
			t.Fatalf("set %v, %v", fields, err)
		}
		id, at := r.Header.Get("Webhook-Id"), r.Header.Get("Webhook-Timestamp")
		if at != "1614265330" || !strings.HasPrefix(id, "msg_") || strings.Contains(id, ".") {
			t.Errorf("id %q, time %q", id, at)
		}
		signatures := strings.Fields(r.Header.Get("Webhook-Signature"))
		if want := strings.Count(secret, ",") + 1; len(signatures) != want {
			t.Fatalf("signatures %q, want %d", signatures, want)
		}
		again := &Outgoing{Header: http.Header{}, Body: []byte(body), Key: "01run/partner", Now: time.Unix(1614265999, 0)}
		if _, err := signer.Sign(again); err != nil || again.Header.Get("Webhook-Id") != id {
			t.Errorf("a repeat has the id %q (%v), the first one %q", again.Header.Get("Webhook-Id"), err, id)
		}
	}
}

// TestStandardVector holds the sum to the one that the specification's own
// libraries test with.
func TestStandardVector(t *testing.T) {
	t.Parallel()
	key, err := decodeStandardKey("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
	if err != nil {
		t.Fatal(err)
	}
	got := standardSignature(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", []byte(`{"test": 2432232314}`))
	if got != "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=" {
		t.Errorf("got %s", got)
	}
}

func TestSignFindings(t *testing.T) {
	t.Parallel()
	cases := []struct{ name, kind, body, summary, detail string }{
		{"no secret", "standard_webhooks", "", "Missing attribute", `"secret"`},
		{"not base64", "standard_webhooks", `secret = "correct horse"`, `Wrong value for "secret"`, "base64"},
		{"short", "standard_webhooks", `secret = "whsec_aGVsbG8="`, `Doubtful value for "secret"`, "5 bytes"},
		{"no header", "hmac", "secret = secret.key", "Missing attribute", `"header"`},
		{"not a header", "hmac", "secret = secret.key\nheader = \"a b\"", "Not a header field", "names hold"},
		{"two secrets", "hmac", "secret = [secret.key, secret.old]\nheader = \"X-Sig\"", "Two secrets", "one secret"},
		{"time not signed", "hmac", "secret = secret.key\nheader = \"X-Sig\"\ntimestamp_header = \"X-Time\"", "Time not signed", "payload"},
		{"a value of the run", "hmac", "secret = secret.key\nheader = \"X-Sig\"\npayload = webhook.body", "Unknown name", "headers, raw"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, diags := decodeSigner(t, c.kind, c.body)
			if len(diags) != 1 || diags[0].Summary != c.summary || !strings.Contains(diags[0].Detail, c.detail) {
				t.Errorf("found %v, want %q: …%s…", diags, c.summary, c.detail)
			}
			if text := fmt.Sprint(diags); strings.Contains(text, "horse") || strings.Contains(text, "aGVsbG8") {
				t.Errorf("the finding holds a secret: %s", text)
			}
		})
	}
}

func TestSignersAreDocumented(t *testing.T) {
	t.Parallel()
	for _, k := range Signers() {
		spec := schema.Describe(k.New())
		if spec.Doc == "" || len(spec.Examples()) == 0 {
			t.Errorf("sign %q has no documentation or no example", k.Name)
		}
		for _, e := range spec.Examples() {
			body := strings.ReplaceAll(e.HCL, "secret.partner", `"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"`)
			if _, diags := decodeSigner(t, k.Name, body); len(diags) > 0 {
				t.Errorf("sign %q, %s: %v", k.Name, e.Title, diags)
			}
		}
	}
}
