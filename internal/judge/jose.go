package main

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

const joseLibrary = "github.com/go-jose/go-jose/v4 v4.1.9, which signs and verifies each token; the claims by the documentation of the sender"

// tokenClaims are the claims of the senders that send tokens.
type tokenClaims struct {
	jwt.Claims
	Email         string `json:"email,omitempty"`
	EmailVerified bool   `json:"email_verified,omitempty"`
	AppID         string `json:"appid,omitempty"`
	AZP           string `json:"azp,omitempty"`
	SHA256        string `json:"sha256,omitempty"`
	BodySHA256    string `json:"request_body_sha256,omitempty"`
}

// joseSender describes a sender of tokens.
type joseSender struct {
	preset, variant, config, keySetURL, issuer string
	audience                                   string
	change                                     func(c *tokenClaims)            // adds the claims of the sender
	valid                                      func(c tokenClaims) bool        // judges them
	wrong                                      map[string]func(c *tokenClaims) // names of changes after which they are wrong
}

func joseSenders() []sender {
	const email, chat = "push@project.iam.gserviceaccount.com", "chat@system.gserviceaccount.com"
	const app, tenant = "4962773b-9cdb-44cf-a8bf-237846a00ab7", "01234567-89ab-cdef-0123-456789abcdef"
	const google, url = "https://www.googleapis.com/oauth2/v3/certs", "https://hooks.example.com/in"
	mail := func(address string) joseSender {
		return joseSender{
			keySetURL: google, issuer: "https://accounts.google.com", audience: url,
			change: func(c *tokenClaims) { c.Email, c.EmailVerified = address, true },
			valid:  func(c tokenClaims) bool { return c.Email == address && c.EmailVerified },
			wrong: map[string]func(c *tokenClaims){
				"token of another account":       func(c *tokenClaims) { c.Email = "x" + address },
				"token without an account":       func(c *tokenClaims) { c.Email = "" },
				"token of an unverified account": func(c *tokenClaims) { c.EmailVerified = false },
			},
		}
	}
	pubsub, chatURL := mail(email), mail(chat)
	pubsub.preset, pubsub.config = "google_pubsub", fmt.Sprintf("audience = %q\nemail = %q", url, email)
	chatURL.preset, chatURL.config = "google_chat", fmt.Sprintf("audience = %q", url)
	project := joseSender{
		preset: "google_chat", variant: "project", config: `audience = "123456789012"`, audience: "123456789012", issuer: chat,
		keySetURL: "https://www.googleapis.com/service_accounts/v1/jwk/" + chat,
	}
	grid := joseSender{
		preset: "azure_event_grid", config: fmt.Sprintf("audience = \"api://orders\"\ntenant = %q", tenant), audience: "api://orders",
		keySetURL: "https://login.microsoftonline.com/common/discovery/v2.0/keys", issuer: "https://sts.windows.net/" + tenant + "/",
		change: func(c *tokenClaims) { c.AppID = app },
		valid:  func(c tokenClaims) bool { return c.AppID == app || c.AZP == app },
		wrong: map[string]func(c *tokenClaims){
			"token of another application": func(c *tokenClaims) { c.AppID = tenant },
			"token of no application":      func(c *tokenClaims) { c.AppID = "" },
			"token of another tenant":      func(c *tokenClaims) { c.Issuer = "https://sts.windows.net/" + app + "/" },
		},
	}
	gridV2 := grid
	gridV2.variant, gridV2.issuer = "version-2", "https://login.microsoftonline.com/"+tenant+"/v2.0"
	gridV2.change = func(c *tokenClaims) { c.AZP = app }
	gridV2.wrong = nil
	return []sender{pubsub.sender(), chatURL.sender(), project.sender(), grid.sender(), gridV2.sender(), netlify(), monday(), plaid()}
}

// sender returns the sender with RSA keys of its own.
func (j joseSender) sender() sender {
	keys := map[string]*rsa.PrivateKey{}
	keyOf := func(secret string) *rsa.PrivateKey {
		if keys[secret] == nil {
			k, err := rsa.GenerateKey(rand.Reader, 2048)
			if err != nil {
				panic(err)
			}
			keys[secret] = k
		}
		return keys[secret]
	}
	s := sender{
		preset: j.preset, variant: j.variant, config: j.config, secret: "key 0001", judgedBy: joseLibrary,
		signature: "Authorization", tolerance: time.Hour, unjudged: []string{"far ahead"},
	}
	set, err := json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{
		{Key: keyOf("retired").Public(), KeyID: "old", Algorithm: "RS256", Use: "sig"}, {Key: keyOf(s.secret).Public(), KeyID: "key", Algorithm: "RS256", Use: "sig"},
	}})
	if err != nil {
		panic(err)
	}
	s.fetched = map[string]string{j.keySetURL: string(set)}
	token := func(secret string, at time.Time, change func(*tokenClaims)) string {
		c := tokenClaims{Claims: jwt.Claims{Issuer: j.issuer, Audience: jwt.Audience{j.audience}, IssuedAt: jwt.NewNumericDate(at), Expiry: jwt.NewNumericDate(at.Add(time.Hour))}}
		if j.change != nil {
			j.change(&c)
		}
		change(&c)
		return "Bearer " + signToken(jose.RS256, jose.JSONWebKey{Key: keyOf(secret), KeyID: "key"}, c)
	}
	s.sign = func(r *request, secret string, at time.Time) {
		r.Header["Authorization"] = token(secret, at, func(*tokenClaims) {})
	}
	s.accepts = func(r request, _ string) error {
		c, err := verifyToken(strings.TrimPrefix(r.Header["Authorization"], "Bearer "), jose.RS256, keyOf(s.secret).Public())
		switch {
		case err != nil:
			return err
		case j.valid != nil && !j.valid(c):
			return errors.New("wrong claims")
		}
		return c.ValidateWithLeeway(jwt.Expected{Issuer: j.issuer, AnyAudience: jwt.Audience{j.audience}, Time: r.Now}, 0)
	}
	s.more = func(genuine request) map[string]variation {
		changes := map[string]func(*tokenClaims){
			"token for another audience": func(c *tokenClaims) { c.Audience = jwt.Audience{"https://evil.example.com"} },
			"token without an audience":  func(c *tokenClaims) { c.Audience = nil },
			"token of another issuer":    func(c *tokenClaims) { c.Issuer = "https://evil.example.com" },
		}
		for name, change := range j.wrong {
			changes[name] = change
		}
		out := map[string]variation{}
		for name, change := range changes {
			out[name] = edit(genuine, false, func(r *request) { r.Header["Authorization"] = token(s.secret, time.Now(), change) })
		}
		return out
	}
	return s
}

// netlify signs the hash of the body with a shared secret.
func netlify() sender {
	s := overBody("netlify", "X-Webhook-Signature", "", nil)
	s.judgedBy = joseLibrary
	s.sign = func(r *request, secret string, _ time.Time) {
		sum := sha256.Sum256([]byte(r.Body))
		if secret == "" {
			secret = strings.Repeat("\x00", 32) // the library signs with no empty key; HMAC pads both with zeros
		}
		r.Header["X-Webhook-Signature"] = signToken(jose.HS256, []byte(secret), tokenClaims{Claims: jwt.Claims{Issuer: "netlify"}, SHA256: hex.EncodeToString(sum[:])})
	}
	s.accepts = func(r request, secret string) error {
		c, err := verifyToken(r.Header["X-Webhook-Signature"], jose.HS256, []byte(secret))
		sum := sha256.Sum256([]byte(r.Body))
		if err == nil && (c.Issuer != "netlify" || c.SHA256 != hex.EncodeToString(sum[:])) {
			err = errors.New("wrong claims")
		}
		return err
	}
	s.more = func(genuine request) map[string]variation {
		return map[string]variation{"token of another issuer": edit(genuine, false, func(r *request) {
			sum := sha256.Sum256([]byte(r.Body))
			r.Header["X-Webhook-Signature"] = signToken(jose.HS256, []byte(s.secret), tokenClaims{Claims: jwt.Claims{Issuer: "other"}, SHA256: hex.EncodeToString(sum[:])})
		})}
	}
	return s
}

// monday sends a token alone in Authorization, signed with a shared secret.
func monday() sender {
	const url = "https://hooks.example.com/in"
	s := sender{
		preset: "monday", config: fmt.Sprintf("secret = \"%%s\"\naudience = %q", url), secret: "the-signing-secret-of-monday-0123", judgedBy: joseLibrary,
		signature: "Authorization", tolerance: 5 * time.Minute, unjudged: []string{"far ahead"},
	}
	token := func(secret, audience string, at time.Time) string {
		if secret == "" {
			secret = strings.Repeat("\x00", 32) // the library signs with no empty key; HMAC pads both with zeros
		}
		return signToken(jose.HS256, []byte(secret), tokenClaims{Claims: jwt.Claims{
			Audience: jwt.Audience{audience}, IssuedAt: jwt.NewNumericDate(at), Expiry: jwt.NewNumericDate(at.Add(5 * time.Minute)),
		}})
	}
	s.sign = func(r *request, secret string, at time.Time) { r.Header["Authorization"] = token(secret, url, at) }
	s.accepts = func(r request, secret string) error {
		c, err := verifyToken(r.Header["Authorization"], jose.HS256, []byte(secret))
		if err != nil {
			return err
		}
		return c.ValidateWithLeeway(jwt.Expected{AnyAudience: jwt.Audience{url}, Time: r.Now}, 0)
	}
	s.more = func(genuine request) map[string]variation {
		return map[string]variation{
			"token for another audience": edit(genuine, false, func(r *request) { r.Header["Authorization"] = token(s.secret, "https://evil.example.com", r.Now) }),
			"token after Bearer":         edit(genuine, false, func(r *request) { r.Header["Authorization"] = "Bearer " + r.Header["Authorization"] }),
		}
	}
	return s
}

// plaid signs the hash of the body with a key that its customers ask for by its id.
func plaid() sender {
	const id, endedID, at = "bfbd5111-8e33-4643-8ced-b2e642a72f3c", "6c5516e1-92dc-479e-a8ff-5a51992e0001", "https://production.plaid.com/webhook_verification_key/get#"
	s := sender{
		preset: "plaid", config: "client_id = \"5d1f9a2b3c4d5e6f7a8b9c0d\"\nsecret = \"%s\"", secret: "the-secret-of-plaid-0123456789", judgedBy: joseLibrary,
		readings:  []string{"https://plaid.com/docs/api/webhooks/webhook-verification/", "https://support.plaid.com/hc/en-us/articles/360041410794-Webhook-verification-example"},
		signature: "Plaid-Verification", signs: []string{"body"}, tolerance: 5 * time.Minute, unjudged: []string{"far ahead"},
	}
	keys := map[string]*ecdsa.PrivateKey{}
	keyOf := func(secret string) *ecdsa.PrivateKey {
		if keys[secret] == nil {
			k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
			if err != nil {
				panic(err)
			}
			keys[secret] = k
		}
		return keys[secret]
	}
	s.fetched = map[string]string{
		at + id:      plaidKey(jose.JSONWebKey{Key: keyOf(s.secret).Public(), KeyID: id, Algorithm: "ES256", Use: "sig"}, nil),
		at + endedID: plaidKey(jose.JSONWebKey{Key: keyOf("ended").Public(), KeyID: endedID, Algorithm: "ES256", Use: "sig"}, 1700000000),
	}
	token := func(key *ecdsa.PrivateKey, keyID, body string, at time.Time) string {
		sum := sha256.Sum256([]byte(body))
		return signToken(jose.ES256, jose.JSONWebKey{Key: key, KeyID: keyID}, tokenClaims{Claims: jwt.Claims{IssuedAt: jwt.NewNumericDate(at)}, BodySHA256: hex.EncodeToString(sum[:])})
	}
	s.sign = func(r *request, secret string, at time.Time) {
		r.Header[s.signature] = token(keyOf(secret), id, r.Body, at)
	}
	s.accepts = func(r request, _ string) error {
		text := r.Header[s.signature]
		parsed, err := jwt.ParseSigned(text, []jose.SignatureAlgorithm{jose.ES256})
		if err != nil || parsed.Headers[0].KeyID != id {
			return fmt.Errorf("another key: %w", err)
		}
		c, err := verifyToken(text, jose.ES256, keyOf(s.secret).Public())
		sum := sha256.Sum256([]byte(r.Body))
		switch {
		case err != nil:
			return err
		case c.IssuedAt == nil || c.IssuedAt.Time().Before(r.Now.Add(-5*time.Minute)) || c.BodySHA256 != hex.EncodeToString(sum[:]):
			return errors.New("wrong claims")
		}
		return nil
	}
	s.more = func(genuine request) map[string]variation {
		set := func(text string) func(*request) { return func(r *request) { r.Header[s.signature] = text } }
		shared := signToken(jose.HS256, jose.JSONWebKey{Key: []byte(strings.Repeat("k", 32)), KeyID: id}, tokenClaims{Claims: jwt.Claims{IssuedAt: jwt.NewNumericDate(time.Now())}})
		return map[string]variation{
			"key that is ended":           edit(genuine, false, set(token(keyOf("ended"), endedID, genuine.Body, time.Now()))),
			"key that Plaid has not":      edit(genuine, false, set(token(keyOf(s.secret), "00000000-8e33-4643-8ced-b2e642a72f3c", genuine.Body, time.Now()))),
			"key without an id":           edit(genuine, false, set(token(keyOf(s.secret), "", genuine.Body, time.Now()))),
			"signed with a shared secret": edit(genuine, false, set(shared)),
			"token without a hash":        edit(genuine, false, set(signToken(jose.ES256, jose.JSONWebKey{Key: keyOf(s.secret), KeyID: id}, tokenClaims{Claims: jwt.Claims{IssuedAt: jwt.NewNumericDate(time.Now())}}))),
			"token without a time":        edit(genuine, false, set(signToken(jose.ES256, jose.JSONWebKey{Key: keyOf(s.secret), KeyID: id}, tokenClaims{BodySHA256: strings.Repeat("0", 64)}))),
		}
	}
	return s
}

// plaidKey is the answer of Plaid to the question for a key.
func plaidKey(key jose.JSONWebKey, ended any) string {
	text, err := json.Marshal(key)
	if err != nil {
		panic(err)
	}
	members := map[string]any{}
	if err := json.Unmarshal(text, &members); err != nil {
		panic(err)
	}
	members["created_at"], members["expired_at"] = 1560466143, ended
	if text, err = json.Marshal(map[string]any{"key": members, "request_id": "HvfCtrDLG1ihcp7"}); err != nil {
		panic(err)
	}
	return string(text)
}

func signToken(algorithm jose.SignatureAlgorithm, key any, claims tokenClaims) string {
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: algorithm, Key: key}, (&jose.SignerOptions{}).WithType("JWT"))
	if err != nil {
		panic(err)
	}
	text, err := jwt.Signed(signer).Claims(claims).Serialize()
	if err != nil {
		panic(err)
	}
	return text
}

func verifyToken(text string, algorithm jose.SignatureAlgorithm, key crypto.PublicKey) (tokenClaims, error) {
	var c tokenClaims
	token, err := jwt.ParseSigned(text, []jose.SignatureAlgorithm{algorithm})
	if err != nil {
		return c, err
	}
	return c, token.Claims(key, &c)
}
