package auth

import (
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
)

// The example of GitHub's page on validating deliveries.
func TestGitHubTakesItsOwnExample(t *testing.T) {
	t.Parallel()
	const body = "Hello, World!"
	const good = "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
	const name = "X-Hub-Signature-256"
	c := mustDecode(t, "github", `secret = [secret.key, "It's a Secret to Everybody"]`)
	checkAttempts(t, c, []attempt{
		{"the example", withBody(body, name, "sha256="+good), ""},
		{"the new secret", withBody(body, name, "sha256="+hmacOf(t, "sha256", testKey, body)), ""},
		{"one byte of the body changed", withBody("Hello, World?", name, "sha256="+good), errMismatch.Error()},
		{"one digit changed", withBody(body, name, "sha256="+flip(good)), errMismatch.Error()},
		{"without the prefix", withBody(body, name, good), `the X-Hub-Signature-256 header does not begin with "sha256="`},
		{"SHA-1 in its place", withBody(body, name, "sha1="+hmacOf(t, "sha1", testKey, body)), `the X-Hub-Signature-256 header does not begin with "sha256="`},
		{"SHA-1 alone", withBody(body, "X-Hub-Signature", "sha1="+hmacOf(t, "sha1", testKey, body)), "no X-Hub-Signature-256 header"},
		{"missing", withBody(body), "no X-Hub-Signature-256 header"},
		{"empty", withBody(body, name, ""), `the X-Hub-Signature-256 header does not begin with "sha256="`},
		{"twice", withBody(body, name, "sha256="+good, name, "sha256="+good), "more than one X-Hub-Signature-256 header"},
	})
}

func TestPresetsFindMistakes(t *testing.T) {
	t.Parallel()
	checkFindings(t, "github", []finding{
		{"no secret", ``, hcl.DiagError, "Missing attribute", `"secret" is required`, "1:1-1:14"},
		{"an empty secret", `secret = ""`, hcl.DiagError, "Empty secret", "would protect nothing", "2:10-2:12"},
		{"a short secret", `secret = secret.short`, hcl.DiagWarning, `Doubtful value for "secret"`, "shorter than 8 bytes", "2:10-2:22"},
		{"a setting of hmac", "secret = secret.key\nheader = \"X-Sig\"", hcl.DiagError, "Unknown attribute", `"header"`, "3:1-3:7"},
	})
}

// A preset is data, so the checks that decoding makes for "hmac" are made here.
func TestPresetsAreWhole(t *testing.T) {
	t.Parallel()
	for _, p := range presets() {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			if len(p.schemes) == 0 {
				t.Error("no scheme")
			}
			for _, s := range p.schemes {
				checkScheme(t, s.scheme)
			}
			for _, text := range []string{p.doc, p.secret + p.publicKey} {
				if r, _ := utf8.DecodeRuneInString(text); !unicode.IsUpper(r) || !strings.HasSuffix(text, ".") {
					t.Errorf("not whole sentences: %q", text)
				}
			}
			if !strings.Contains(p.doc, "](https://") {
				t.Errorf("no link to the page of the sender: %q", p.doc)
			}
		})
	}
}

func checkScheme(t *testing.T, s scheme) {
	t.Helper()
	known := slices.Concat(hmacAlgorithms(), publicKeyAlgorithms(), []string{tokenName, suffixSHA1Name, suffixSHA256Name})
	if !slices.Contains(known, s.algorithm) {
		t.Errorf("algorithm %q", s.algorithm)
	}
	if !slices.Contains(append(signatureEncodings(), textName), s.encoding) || (s.encoding == textName) != (s.algorithm == tokenName) {
		t.Errorf("encoding %q", s.encoding)
	}
	if !slices.Contains(secretEncodings(), s.secretEncoding) {
		t.Errorf("encoding of secrets %q", s.secretEncoding)
	}
	if flaw := headerNameFlaw(s.header); flaw != "" {
		t.Errorf("header %q: %s", s.header, flaw)
	}
	if s.algorithm != tokenName && !s.payload.readsBody() {
		t.Error("the body is not signed")
	}
	if s.separator != "" && strings.Contains(s.prefix, s.separator) {
		t.Errorf("the prefix %q holds the separator", s.prefix)
	}
	if s.time.isSet() && (!s.canonical().signsTime() || !slices.Contains(timeFormats(), s.time.format)) {
		t.Errorf("the time %+v is not signed, or of no format", s.time)
	}
	if s.payload.has(fromTimestamp) && !s.time.isSet() {
		t.Error("the payload reads a time that is nowhere")
	}
}
