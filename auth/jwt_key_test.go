package auth

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/golang-jwt/jwt/v5"
)

// testRSA makes the RSA key of the tests once.
var testRSA = sync.OnceValues(func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, minRSABits) })

func testRSAKey(t testing.TB) (private *rsa.PrivateKey, public string) {
	t.Helper()
	private, err := testRSA()
	if err != nil {
		t.Fatal(err)
	}
	return private, publicPEM(t, &private.PublicKey)
}

func publicPEM(t testing.TB, key any) string {
	t.Helper()
	der, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
}

// Each kind of key verifies its own algorithms and no other.
func TestJWTKeysOfEachKind(t *testing.T) {
	t.Parallel()
	rsaKey, rsaPublic := testRSAKey(t)
	edPublic, edKey, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	blocks := map[string]string{"RSA": rsaPublic, "Ed25519": publicPEM(t, edPublic)}
	tokens := map[string]string{
		"RS512": signed(t, jwt.SigningMethodRS512, rsaKey, validClaims(nil), nil), "PS384": signed(t, jwt.SigningMethodPS384, rsaKey, validClaims(nil), nil),
		"EdDSA": signed(t, jwt.SigningMethodEdDSA, edKey, validClaims(nil), nil),
	}
	kinds := map[string]string{"RS512": "RSA", "PS384": "RSA", "EdDSA": "Ed25519"}
	for method, curve := range map[jwt.SigningMethod]elliptic.Curve{
		jwt.SigningMethodES256: elliptic.P256(), jwt.SigningMethodES384: elliptic.P384(), jwt.SigningMethodES512: elliptic.P521(),
	} {
		key, err := ecdsa.GenerateKey(curve, rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		name := curve.Params().Name
		blocks[name], kinds[method.Alg()] = publicPEM(t, &key.PublicKey), name
		tokens[method.Alg()] = signed(t, method, key, validClaims(nil), nil)
	}
	for kind, public := range blocks {
		check := mustDecode(t, "jwt", fmt.Sprintf("public_key = %q\nalgorithms = [\"RS512\", \"PS384\", \"ES256\", \"ES384\", \"ES512\", \"EdDSA\"]", public))
		for algorithm, token := range tokens {
			want := ""
			if kinds[algorithm] != kind {
				want = errNoKey.Error()
			}
			checkAttempts(t, check, []attempt{{algorithm + " with the key " + kind, bearerRequest(token), want}})
		}
	}
}

// A list holds the new and the old key.
func TestJWTKeyRotation(t *testing.T) {
	t.Parallel()
	check := mustDecode(t, "jwt", "secret = [secret.long, secret.rfc]")
	checkAttempts(t, check, []attempt{
		{"new", bearerRequest(hs256(t, validClaims(nil))), ""},
		{"old", bearerRequest(signed(t, jwt.SigningMethodHS256, []byte(rfcSecret), validClaims(nil), nil)), ""},
		{"another", bearerRequest(signed(t, jwt.SigningMethodHS256, []byte("x"), validClaims(nil), nil)), errMismatch.Error()},
	})
}

// A token names its key in a set. Keys that can't verify are skipped.
func TestKeySet(t *testing.T) {
	t.Parallel()
	named := func(key, members string) string { return strings.Replace(key, "{", "{"+members+",", 1) }
	set := strings.Join([]string{
		named(rfcRSAKey, `"kid":"a","alg":"RS256","use":"sig"`), named(rfcECKey, `"kid":"b"`), named(rfcECKey, `"kid":"c","use":"enc"`),
		`{"kty":"oct","kid":"d","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T"}`, `{"kty":"RSA","kid":"e","n":"AQAB","e":"AQAB"}`,
		`{"kty":"EC","kid":"f","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"}`,
		named(rfcRSAKey, `"kid":"g","kid2":1`), `7`,
	}, ",")
	keys, err := parseKeySet([]byte(`{"keys":[` + set + `]}`))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ id, algorithm, want string }{
		{"a", "RS256", "a"},
		{"a", "RS512", ""},
		{"a", "ES256", ""},
		{"b", "ES256", "b"},
		{"c", "ES256", ""},
		{"d", "HS256", ""},
		{"e", "RS256", ""},
		{"f", "ES256", ""},
		{"g", "PS256", "g"},
		{"", "ES256", "b"},
		{"", "RS256", "a g"},
		{"h", "RS256", ""},
	} {
		var ids []string
		for _, k := range selectKeys(keys, c.id, c.algorithm) {
			ids = append(ids, k.id)
		}
		if got := strings.Join(ids, " "); got != c.want {
			t.Errorf("the keys for %q and %s are %q, want %q", c.id, c.algorithm, got, c.want)
		}
	}
	long := strings.Repeat(rfcECKey+",", maxKeys) + rfcECKey
	if _, err := parseKeySet([]byte(`{"keys":[` + long + `]}`)); err == nil || !strings.Contains(err.Error(), "more than 100 keys") {
		t.Errorf("a set of %d keys gives %v", maxKeys+1, err)
	}
}

func BenchmarkJWT(b *testing.B) {
	private, public := testRSAKey(b)
	for name, c := range map[string]struct{ block, token string }{
		"HS256": {jwtBlock("issuer = \"https://partner.example.com\""), hs256(b, validClaims(nil))},
		"RS256": {fmt.Sprintf("public_key = %q", public), signed(b, jwt.SigningMethodRS256, private, validClaims(nil), nil)},
	} {
		b.Run(name, func(b *testing.B) { benchmark(b, mustDecode(b, "jwt", c.block), bearerRequest(c.token)) })
	}
}
