package auth

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"maps"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"
)

const jwtSecret = "0123456789abcdef0123456789abcdef"

// jwtBlock is a block with the secret of the tests.
func jwtBlock(settings string) string {
	return "secret = secret.long\n" + settings
}

// validClaims are claims that are valid at noon, with changes. A nil value removes a
// claim.
func validClaims(changes map[string]any) jwt.MapClaims {
	claims := jwt.MapClaims{"iss": "https://partner.example.com", "aud": "orders", "sub": "jane", "exp": noon().Add(time.Minute).Unix(), "iat": noon().Unix()}
	maps.Copy(claims, changes)
	maps.DeleteFunc(claims, func(_ string, v any) bool { return v == nil })
	return claims
}

// signed returns a token.
func signed(t testing.TB, method jwt.SigningMethod, key any, claims jwt.MapClaims, header map[string]any) string {
	t.Helper()
	token := jwt.NewWithClaims(method, claims)
	maps.Copy(token.Header, header)
	text, err := token.SignedString(key)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func hs256(t testing.TB, claims jwt.MapClaims) string {
	return signed(t, jwt.SigningMethodHS256, []byte(jwtSecret), claims, nil)
}

func bearerRequest(token string) *Request { return withHeader("Authorization", "Bearer "+token) }

// The examples of RFC 7515, appendix A: HS256 (A.1), RS256 (A.2) and ES256 (A.3).
const (
	rfcClaims  = "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
	rfcSecret  = "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"
	rfcHS256   = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9." + rfcClaims + ".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
	rfcRS256   = "eyJhbGciOiJSUzI1NiJ9." + rfcClaims + ".cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw"
	rfcModulus = "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ"
	rfcES256   = "eyJhbGciOiJFUzI1NiJ9." + rfcClaims + ".DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"
	rfcECKey   = `{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}`
	rfcRSAKey  = `{"kty":"RSA","n":"` + rfcModulus + `","e":"AQAB"}`
)

// rfcKeySet is a block with the public keys of RFC 7515.
var rfcKeySet = fmt.Sprintf("jwks = %q\n", `{"keys": [`+rfcECKey+`,`+rfcRSAKey+`]}`)

func TestJWTOfRFC7515(t *testing.T) {
	t.Parallel()
	secret := "secret = secret.rfc\nsecret_encoding = \"base64url\"\nissuer = \"joe\"\nrequired_claims = { \"http://example.com/is_root\" = true }"
	for name, c := range map[string]struct{ block, token string }{
		"HS256": {secret, rfcHS256},
		"RS256": {rfcKeySet, rfcRS256},
		"ES256": {rfcKeySet, rfcES256},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			check := mustDecode(t, "jwt", c.block)
			at := func(token string, seconds int64) *Request {
				r := bearerRequest(token)
				r.Now = time.Unix(seconds, 0)
				return r
			}
			header, _, _ := strings.Cut(c.token, ".")
			_, signature, _ := strings.Cut(c.token, rfcClaims+".")
			changed := base64.RawURLEncoding.EncodeToString([]byte(`{"iss":"joe","exp":1300819380,"http://example.com/is_root":true}`))
			checkAttempts(t, check, []attempt{
				{"valid", at(c.token, 1300819379), ""},
				{"within the leeway", at(c.token, 1300819380+29), ""},
				{"expired", at(c.token, 1300819380+30), "the token has expired"},
				{"other claims", at(header+"."+changed+"."+signature, 1300819379), errMismatch.Error()},
				{"no signature", at(header+"."+rfcClaims+".", 1300819379), errMismatch.Error()},
			})
		})
	}
}

// The algorithms are those of the file: neither a token without a signature nor one
// of another kind is accepted, such as HS256 with the public key as the secret.
func TestJWTAlgorithmsAreFixed(t *testing.T) {
	t.Parallel()
	private, public := testRSAKey(t)
	check := mustDecode(t, "jwt", fmt.Sprintf("public_key = %q", public))
	secret := mustDecode(t, "jwt", jwtBlock("algorithms = [\"HS512\"]"))
	unsigned, err := jwt.NewWithClaims(jwt.SigningMethodNone, validClaims(nil)).SignedString(jwt.UnsafeAllowNoneSignatureType)
	if err != nil {
		t.Fatal(err)
	}
	const other = "the token is not signed with RS256 or ES256 or ES384 or ES512 or EdDSA"
	checkAttempts(t, check, []attempt{
		{"RS256", bearerRequest(signed(t, jwt.SigningMethodRS256, private, validClaims(nil), nil)), ""},
		{"PS256", bearerRequest(signed(t, jwt.SigningMethodPS256, private, validClaims(nil), nil)), other},
		{"none", bearerRequest(unsigned), other},
		{"HS256 with the public key", bearerRequest(signed(t, jwt.SigningMethodHS256, []byte(public), validClaims(nil), nil)), other},
	})
	checkAttempts(t, secret, []attempt{
		{"HS512", bearerRequest(signed(t, jwt.SigningMethodHS512, []byte(jwtSecret), validClaims(nil), nil)), ""},
		{"HS256", bearerRequest(hs256(t, validClaims(nil))), "the token is not signed with HS512"},
		{"none with a secret", bearerRequest(unsigned), "the token is not signed with HS512"},
	})
}

func TestJWTClaims(t *testing.T) {
	t.Parallel()
	check := mustDecode(t, "jwt", jwtBlock("issuer = [\"https://other.example.com\", \"https://partner.example.com\"]\naudience = [\"orders\", \"stock\"]\nmax_age = \"5m\"\nrequired_claims = { sub = \"jane\" }"))
	with := func(name string, v any) *Request {
		return bearerRequest(hs256(t, validClaims(map[string]any{name: v})))
	}
	after := func(d time.Duration) int64 { return noon().Add(d).Unix() }
	checkAttempts(t, check, []attempt{
		{"valid", with("x", 1), ""},
		{"a list of audiences", with("aud", []string{"web", "stock"}), ""},
		{"a claim in a list", with("sub", []string{"joe", "jane"}), ""},
		{"another issuer", with("iss", "https://evil.example.com"), "the token has another issuer (iss)"},
		{"no issuer", with("iss", nil), "the token has another issuer (iss)"},
		{"another audience", with("aud", []string{"web"}), "the token is for another audience (aud)"},
		{"no audience", with("aud", nil), "the token is for another audience (aud)"},
		{"another claim", with("sub", "joe"), "the token does not have the required claims"},
		{"no end", with("exp", nil), "the token has no end (exp)"},
		{"an end that is no number", with("exp", "tomorrow"), "the claim exp is no time"},
		{"an end without end", with("exp", 1e300), "the claim exp is no time"},
		{"ended within the leeway", with("exp", after(-29*time.Second)), ""},
		{"ended", with("exp", after(-30*time.Second)), "the token has expired"},
		{"begins within the leeway", with("nbf", after(30*time.Second)), ""},
		{"begins later", with("nbf", after(31*time.Second)), "the token is not valid yet (nbf)"},
		{"old within the leeway", with("iat", after(-5*time.Minute-30*time.Second)), ""},
		{"old", with("iat", after(-5*time.Minute-31*time.Second)), "the token is older than max_age"},
		{"issued later", with("iat", after(31*time.Second)), "the token was issued in the future (iat)"},
		{"not issued", with("iat", nil), "the token has no time of issue (iat)"},
	})
	got, err := Policy{Checks: []Check{check}}.Verify(t.Context(), with("role", "admin"))
	if err != nil || got.Check != check || got.Claims["role"] != "admin" || got.Claims["sub"] != "jane" {
		t.Errorf("accepted with %v, %v", got.Claims, err)
	}
}

func TestJWTHeader(t *testing.T) {
	t.Parallel()
	check := mustDecode(t, "jwt", jwtBlock("type = \"at+jwt\""))
	with := func(header map[string]any) *Request {
		return bearerRequest(signed(t, jwt.SigningMethodHS256, []byte(jwtSecret), validClaims(nil), header))
	}
	const otherType = "the token has another type than the file asks for"
	checkAttempts(t, check, []attempt{
		{"the type", with(map[string]any{"typ": "application/AT+JWT"}), ""},
		{"another type", with(nil), otherType},
		{"no type", with(map[string]any{"typ": 1}), otherType},
		{"an extension", with(map[string]any{"typ": "at+jwt", "crit": []string{"exp"}}), "the token asks for an extension (crit), and none is supported"},
		{"an id that is no text", with(map[string]any{"typ": "at+jwt", "kid": 7}), "the id of the key is no text"},
		{"no token", withHeader(), "no Authorization header"},
		{"no JSON", bearerRequest("a.b.c"), "the token is not a JSON Web Token"},
		{"two parts", bearerRequest("a.b"), "the token is not a JSON Web Token"},
		{"long", bearerRequest(strings.Repeat("a", maxTokenLength+1)), "the token is longer than 16384 bytes"},
	})
}

// Claims that readers understand in different ways are refused.
func TestJWTClaimsGivenTwice(t *testing.T) {
	t.Parallel()
	encode := base64.RawURLEncoding.EncodeToString
	check := mustDecode(t, "jwt", jwtBlock("require_expiry = false"))
	for claims, want := range map[string]string{
		`{"sub":"jane"}`:             "",
		`{"sub":"jane","sub":"joe"}`: "the token is not a JSON Web Token",
		`["jane"]`:                   "the token is not a JSON Web Token",
		`null`:                       "the token has no claims",
	} {
		text := encode([]byte(`{"alg":"HS256"}`)) + "." + encode([]byte(claims))
		signature, err := jwt.SigningMethodHS256.Sign(text, []byte(jwtSecret))
		if err != nil {
			t.Fatal(err)
		}
		checkAttempts(t, check, []attempt{{claims, bearerRequest(text + "." + encode(signature)), want}})
	}
}

func TestJWTSignsTheBody(t *testing.T) {
	t.Parallel()
	check := mustDecode(t, "jwt", jwtBlock("body_sha256_claim = \"hash\"\nheader = \"x-token\""))
	const body = `{"id": 1}`
	sum := sha256.Sum256([]byte(body))
	token := func(hash any) string { return hs256(t, validClaims(map[string]any{"hash": hash})) }
	const other = "the token is for another body"
	checkAttempts(t, check, []attempt{
		{"hex", withBody(body, "X-Token", token(hex.EncodeToString(sum[:]))), ""},
		{"base64", withBody(body, "X-Token", token(base64.StdEncoding.EncodeToString(sum[:]))), ""},
		{"another body", withBody(body+" ", "X-Token", token(hex.EncodeToString(sum[:]))), other},
		{"no hash", withBody(body, "X-Token", token(nil)), other},
		{"no text", withBody(body, "X-Token", token(7)), other},
		{"two tokens", withBody(body, "X-Token", token(""), "X-Token", token("")), "more than one X-Token header"},
	})
	if diff := cmp.Diff([]string{"X-Token"}, check.Headers()); diff != "" || !check.NeedsBody() {
		t.Errorf("needs the body: %t, headers: %s", check.NeedsBody(), diff)
	}
	_, late := Policy{Checks: []Check{check}}.SplitByBody()
	if left, err := late.VerifyEarly(t.Context(), withHeader("X-Token", "a.b.c")); len(left.Checks) > 0 || err == nil {
		t.Errorf("the body of a wrong token is read: %v", err)
	}
	if left, err := late.VerifyEarly(t.Context(), withHeader("X-Token", token(""))); len(left.Checks) != 1 || err != nil {
		t.Errorf("the body of a signed token is not read: %v", err)
	}
}

func TestJWTInTheQuery(t *testing.T) {
	t.Parallel()
	check := mustDecode(t, "jwt", jwtBlock("query = \"token\""))
	with := func(tokens ...string) *Request {
		r := bearerRequest(hs256(t, validClaims(nil)))
		r.Query = url.Values{"token": tokens}
		return r
	}
	good := hs256(t, validClaims(nil))
	const none = "the query does not have exactly one parameter with a token"
	checkAttempts(t, check, []attempt{{"one", with(good), ""}, {"two", with(good, good), none}, {"none", with(), none}})
	if diff := cmp.Diff([]string{"token"}, check.Query()); diff != "" || len(check.Headers()) > 0 {
		t.Errorf("headers %q, query: %s", check.Headers(), diff)
	}
}

func TestJWTFindings(t *testing.T) {
	t.Parallel()
	_, public := testRSAKey(t)
	checkFindings(t, "jwt", []finding{
		{"no keys", "issuer = \"joe\"", hcl.DiagError, "Missing attribute", `Give the keys with "secret"`, "1:1-1:11"},
		{"keys twice", "secret = secret.long\njwks = \"{}\"", hcl.DiagError, "Keys given twice", `one of "secret" and "jwks"`, "3:8-3:12"},
		{"a public key as the secret", "secret = <<E\n" + public + "E", hcl.DiagError, `Wrong value for "secret"`, "Give it as public_key", "2:10-12:2"},
		{"a key set as the secret", strings.Replace(rfcKeySet, "jwks", "secret", 1), hcl.DiagError, `Wrong value for "secret"`, "Give it as public_key", "2:10-2:554"},
		{"a short secret", "secret = secret.key", hcl.DiagWarning, `Doubtful value for "secret"`, "shorter than 32 bytes", "2:10-2:20"},
		{"no PEM", "public_key = \"abc\"", hcl.DiagError, `Wrong value for "public_key"`, "not PEM", "2:14-2:19"},
		{"no key set", "jwks = \"[]\"", hcl.DiagError, "Wrong key set", "It is no key set", "2:8-2:12"},
		{"only encryption", `jwks = "{\"keys\":[{\"kty\":\"oct\",\"k\":\"AAAA\"}]}"`, hcl.DiagError, "Wrong key set", "no public key", "2:8-2:55"},
		{"no URL", "jwks_url = \"login.example.com\"\naudience = \"a\"", hcl.DiagError, "Wrong URL", "https://", "2:12-2:31"},
		{"no https", "jwks_url = \"http://login.example.com\"\naudience = \"a\"", hcl.DiagWarning, "Keys over http", "Use https", "2:12-2:38"},
		{"no audience", "jwks_url = \"https://login.example.com\"\nissuer = \"a\"", hcl.DiagWarning, "Tokens for everybody", "Set audience", "2:12-2:39"},
		{"HMAC with public keys", rfcKeySet + "algorithms = [\"RS256\", \"HS256\"]", hcl.DiagError, "Algorithm of another kind of key", "everybody could sign", "3:24-3:31"},
		{"RSA with a secret", jwtBlock("algorithms = [\"RS256\"]"), hcl.DiagError, "Algorithm of another kind of key", "public_key, jwks or jwks_url", "3:15-3:22"},
		{"algorithm of no key", rfcKeySet + "algorithms = [\"EdDSA\"]", hcl.DiagError, "Algorithm of another kind of key", "None of the keys", "3:14-3:23"},
		{"no algorithm", jwtBlock("algorithms = []"), hcl.DiagError, "No algorithm", "Remove it", "3:14-3:16"},
		{"none", jwtBlock("algorithms = [\"none\"]"), hcl.DiagError, `Wrong value for "algorithms"`, "HS256", "3:14-3:22"},
		{"no issuer", jwtBlock("issuer = []"), hcl.DiagError, "Wrong value", `"issuer" is empty`, "3:10-3:12"},
		{"an empty audience", jwtBlock("audience = \"\""), hcl.DiagError, "Wrong value", `"audience" is empty`, "3:12-3:14"},
		{"leeway", jwtBlock("leeway = \"11m\""), hcl.DiagError, "Wrong value", `from "0s" to "10m"`, "3:10-3:15"},
		{"age", jwtBlock("max_age = \"0s\""), hcl.DiagError, "Wrong value", "positive", "3:11-3:15"},
		{"no claim", jwtBlock("body_sha256_claim = \"\""), hcl.DiagError, "Wrong value", "Remove it", "3:21-3:23"},
		{"two places", jwtBlock("header = \"X-Token\"\nquery = \"t\""), hcl.DiagError, "Two places", "in one place", "4:9-4:12"},
		{"no name", jwtBlock("query = \"\""), hcl.DiagError, "No name", "header", "3:9-3:11"},
		{"no header", jwtBlock("header = \"X Token\""), hcl.DiagError, "Not a header field", "this name", "3:10-3:19"},
	})
}
