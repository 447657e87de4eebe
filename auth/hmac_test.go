package auth

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"hash"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
)

func sumOf(t testing.TB, algorithm, secret, text string) []byte {
	t.Helper()
	hashes := map[string]func() hash.Hash{"sha1": sha1.New, "sha256": sha256.New, "sha384": sha512.New384, "sha512": sha512.New}
	mac := hmac.New(hashes[algorithm], []byte(secret))
	mac.Write([]byte(text))
	return mac.Sum(nil)
}

// hmacOf is a signature in hex.
func hmacOf(t testing.TB, algorithm, secret, text string) string {
	t.Helper()
	return hex.EncodeToString(sumOf(t, algorithm, secret, text))
}

const (
	testKey = "correct horse battery"
	oldKey  = "staple of yesterday"
)

func TestHMACVerifies(t *testing.T) {
	t.Parallel()
	const body = "{\"order\": \"A-1\"}\n"
	const noSum = "the X-Sig header holds no sha256 sum in hex"
	c := mustDecode(t, "hmac", "secret = [secret.key, secret.old]\nheader = \"x-sig\"\nprefix = \"v1=\"")
	good := hmacOf(t, "sha256", testKey, body)
	checkAttempts(t, c, []attempt{
		{"the first secret", withBody(body, "X-Sig", "v1="+good), ""},
		{"the old secret", withBody(body, "X-Sig", "v1="+hmacOf(t, "sha256", oldKey, body)), ""},
		{"hex in upper case", withBody(body, "X-Sig", "v1="+strings.ToUpper(good)), ""},
		{"another secret", withBody(body, "X-Sig", "v1="+hmacOf(t, "sha256", "incorrect", body)), errMismatch.Error()},
		{"an empty secret", withBody(body, "X-Sig", "v1="+hmacOf(t, "sha256", "", body)), errMismatch.Error()},
		{"one byte of the body changed", withBody(strings.Replace(body, "1", "2", 1), "X-Sig", "v1="+good), errMismatch.Error()},
		{"the body without its line break", withBody(strings.TrimSpace(body), "X-Sig", "v1="+good), errMismatch.Error()},
		{"no body", withBody("", "X-Sig", "v1="+good), errMismatch.Error()},
		{"one digit changed", withBody(body, "X-Sig", "v1="+flip(good)), errMismatch.Error()},
		{"one digit missing", withBody(body, "X-Sig", "v1="+good[1:]), noSum},
		{"two digits missing", withBody(body, "X-Sig", "v1="+good[2:]), noSum},
		{"two digits more", withBody(body, "X-Sig", "v1="+good+"00"), noSum},
		{"not hex", withBody(body, "X-Sig", "v1="+strings.Repeat("g", 64)), noSum},
		{"base64", withBody(body, "X-Sig", "v1="+base64.StdEncoding.EncodeToString(sumOf(t, "sha256", testKey, body))), noSum},
		{"nothing but the prefix", withBody(body, "X-Sig", "v1="), noSum},
		{"without the prefix", withBody(body, "X-Sig", good), `the X-Sig header does not begin with "v1="`},
		{"another prefix", withBody(body, "X-Sig", "V1="+good), `the X-Sig header does not begin with "v1="`},
		{"empty", withBody(body, "X-Sig", ""), `the X-Sig header does not begin with "v1="`},
		{"missing", withBody(body), "no X-Sig header"},
		{"twice", withBody(body, "X-Sig", "v1="+good, "X-Sig", "v1="+good), "more than one X-Sig header"},
	})
	if !slices.Equal(c.Headers(), []string{"X-Sig"}) || c.Query() != nil || !c.NeedsBody() || c.Challenge() != `Signature realm="gateway"` {
		t.Errorf("credentials in %q and %q, needs body: %t, challenge %q", c.Headers(), c.Query(), c.NeedsBody(), c.Challenge())
	}
}

// flip changes the first digit of a text in hex.
func flip(text string) string {
	if text[0] == '0' {
		return "1" + text[1:]
	}
	return "0" + text[1:]
}

func TestHMACReadsEveryEncodingOfEveryAlgorithm(t *testing.T) {
	t.Parallel()
	const body = "\xff\xfe raw bytes, and e\u0301 as it came"
	encoders := map[string][]func([]byte) string{
		"hex":       {hex.EncodeToString},
		"base64":    {base64.StdEncoding.EncodeToString, base64.RawStdEncoding.EncodeToString},
		"base64url": {base64.URLEncoding.EncodeToString, base64.RawURLEncoding.EncodeToString},
	}
	for _, algorithm := range []string{"sha1", "sha256", "sha384", "sha512"} {
		for encoding, encode := range encoders {
			t.Run(algorithm+" "+encoding, func(t *testing.T) {
				t.Parallel()
				c := mustDecode(t, "hmac", "secret = secret.key\nheader = \"X-Sig\"\nalgorithm = \""+algorithm+"\"\nencoding = \""+encoding+"\"")
				for _, f := range encode {
					good := f(sumOf(t, algorithm, testKey, body))
					if err := c.Verify(t.Context(), withBody(body, "X-Sig", good)); err != nil {
						t.Errorf("%s: %v", good, err)
					}
					bad := f(sumOf(t, algorithm, oldKey, body))
					if err := c.Verify(t.Context(), withBody(body, "X-Sig", bad)); err == nil {
						t.Errorf("%s is let in", bad)
					}
				}
			})
		}
	}
}

// A sum whose base64 forms differ in both signs.
func TestHMACKeepsAlphabetsApart(t *testing.T) {
	t.Parallel()
	body := ""
	for i := 0; ; i++ {
		body = strconv.Itoa(i)
		if text := base64.StdEncoding.EncodeToString(sumOf(t, "sha256", testKey, body)); strings.Contains(text, "+") && strings.Contains(text, "/") {
			break
		}
	}
	sum := sumOf(t, "sha256", testKey, body)
	plain := mustDecode(t, "hmac", "secret = secret.key\nheader = \"X-Sig\"\nencoding = \"base64\"")
	checkAttempts(t, plain, []attempt{
		{"base64", withBody(body, "X-Sig", base64.StdEncoding.EncodeToString(sum)), ""},
		{"too much padding", withBody(body, "X-Sig", base64.StdEncoding.EncodeToString(sum)+"=="), "the X-Sig header holds no sha256 sum in base64"},
		{"the other alphabet", withBody(body, "X-Sig", base64.URLEncoding.EncodeToString(sum)), "the X-Sig header holds no sha256 sum in base64"},
		{"hex", withBody(body, "X-Sig", hex.EncodeToString(sum)), "the X-Sig header holds no sha256 sum in base64"},
	})
	url := mustDecode(t, "hmac", "secret = secret.key\nheader = \"X-Sig\"\nencoding = \"base64url\"")
	checkAttempts(t, url, []attempt{
		{"base64url", withBody(body, "X-Sig", base64.URLEncoding.EncodeToString(sum)), ""},
		{"the alphabet of base64", withBody(body, "X-Sig", base64.StdEncoding.EncodeToString(sum)), "the X-Sig header holds no sha256 sum in base64url"},
	})
}

func TestHMACFindsMistakes(t *testing.T) {
	t.Parallel()
	const sig = "\nheader = \"X-Sig\"\n"
	const timed = sig + "payload = \"${webhook.headers[\"X-Time\"]}.${webhook.raw}\"\ntimestamp_header = \"X-Time\"\n"
	checkFindings(t, "hmac", []finding{
		{"no secret", `header = "X-Sig"`, hcl.DiagError, "Missing attribute", `"secret" is required`, "1:1-1:12"},
		{"no header", `secret = secret.key`, hcl.DiagError, "Missing attribute", `"header" is required`, "1:1-1:12"},
		{"an empty secret", "secret = secret.empty" + sig, hcl.DiagError, "Empty secret", "would protect nothing", "2:10-2:22"},
		{"no secret in the list", "secret = []" + sig, hcl.DiagError, "No secret", "each request would be refused", "2:10-2:12"},
		{"a short secret", "secret = [secret.key, secret.short]" + sig, hcl.DiagWarning, `Doubtful value for "secret"`, "shorter than 8 bytes", "2:23-2:35"},
		{"a secret with white space", "secret = secret.space" + sig, hcl.DiagWarning, `Doubtful value for "secret"`, "white space", "2:10-2:22"},
		{"a header that can't be", "secret = secret.key\nheader = \"X Sig\"", hcl.DiagError, "Not a header field", "letters, digits", "3:10-3:17"},
		{"an unknown algorithm", "secret = secret.key" + sig + "algorithm = \"sha265\"", hcl.DiagError, `Wrong value for "algorithm"`, `Did you mean "sha256"?`, "4:13-4:21"},
		{"an unknown encoding", "secret = secret.key" + sig + "encoding = \"base32\"", hcl.DiagError, `Wrong value for "encoding"`, `"base32" is not one of`, "4:12-4:20"},
		{"tolerance without a time", "secret = secret.key" + sig + "tolerance = \"5m\"", hcl.DiagError, "Tolerance without a time", "timestamp_header", "4:13-4:17"},
		{"no tolerance at all", "secret = secret.key" + timed + "tolerance = \"0s\"", hcl.DiagError, "Wrong value", "must be positive", "6:13-6:17"},
		{"tolerance that is no duration", "secret = secret.key" + timed + "tolerance = \"5\"", hcl.DiagError, `Wrong value for "tolerance"`, "not a duration", "6:13-6:16"},
		{"a time that is not signed", "secret = secret.key" + sig + "timestamp_header = \"X-Time\"", hcl.DiagWarning, "Time not signed", `say so in "payload"`, "4:20-4:28"},
		{"another time is signed", "secret = secret.key" + strings.Replace(timed, `= "X-Time"`, `= "X-Date"`, 1), hcl.DiagWarning, "Time not signed", `say so in "payload"`, "5:20-5:28"},
		{"a time in a header that can't be", "secret = secret.key" + sig + "payload = \"${webhook.headers[\"X-Time\"]}${webhook.raw}\"\ntimestamp_header = \"\"", hcl.DiagError, "Not a header field", "letters, digits", "5:20-5:22"},
	})
}
