// Package session lets people sign in to the admin listener, by the admin token or
// by OpenID Connect, and keeps them signed in by a cookie.
//
// A session is a value that the gateway has sealed: the name and the role of the
// person and the end of the session. No store holds it, so each gateway with the
// same key accepts it. It ends with its time, with a change of the admin token or of
// the settings of OpenID Connect, and with a sign-out: the store keeps the ids of
// sessions that were signed out until they would have ended, for all gateways.
package session

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/webhook-gateway/gateway/internal/keys"
)

// Role says what somebody may do.
type Role string

// The roles.
const (
	Read    Role = "read"    // may see everything and change nothing
	Operate Role = "operate" // may also change
)

// Session is somebody who is signed in.
type Session struct {
	Name string
	Role Role

	id   string
	ends time.Time
}

// sessionTime is the time after which people must sign in again.
const sessionTime = 12 * time.Hour

// maxName bounds the name of a person in bytes.
const maxName = 200

// sealed is a session as the cookie holds it.
type sealed struct {
	ID   string `json:"i"`
	Name string `json:"n"`
	Role Role   `json:"r"`
	Ends int64  `json:"e"` // in seconds since 1970
	// By identifies the settings that let the person in.
	By []byte `json:"b"`
}

// box seals the values of cookies.
type box struct{ aead cipher.AEAD }

func newBox(key []byte) box {
	block, err := aes.NewCipher(keys.Derive(key, "admin sessions"))
	if err != nil {
		panic(err) // 32 bytes are a key
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic(err) // AES has blocks of the right size
	}
	return box{aead}
}

// seal returns a value for a cookie, which open accepts for the same purpose only.
func (b box) seal(purpose string, v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err) // the values are structs of texts and numbers
	}
	return base64.RawURLEncoding.EncodeToString(b.aead.Seal(nil, nil, text, []byte(purpose)))
}

// open reads a value of a cookie, and reports whether it is right.
func (b box) open(purpose, value string, v any) bool {
	raw, err := base64.RawURLEncoding.DecodeString(value)
	if err != nil {
		return false
	}
	text, err := b.aead.Open(nil, nil, raw, []byte(purpose))
	return err == nil && json.Unmarshal(text, v) == nil
}

// Find returns who is signed in; false for nobody.
func (m *Manager) Find(r *http.Request) (Session, bool) {
	c, err := r.Cookie(m.cookieName(sessionCookie))
	var s sealed
	if err != nil || !m.box.open(sessionCookie, c.Value, &s) || s.ID == "" || m.opts.Clock.Now().Unix() >= s.Ends {
		return Session{}, false
	}
	by := string(s.By)
	known := m.opts.Token != "" && by == m.byToken() || m.opts.OIDC != nil && by == m.opts.OIDC.fingerprint()
	return Session{Name: s.Name, Role: s.Role, id: s.ID, ends: time.Unix(s.Ends, 0)}, known && !m.ended.has(r.Context(), s.ID)
}

// start sets the cookie of a new session.
func (m *Manager) start(w http.ResponseWriter, s Session, by string) {
	if len(s.Name) > maxName {
		s.Name = strings.ToValidUTF8(s.Name[:maxName], "")
	}
	value := m.box.seal(sessionCookie, sealed{rand.Text(), s.Name, s.Role, m.opts.Clock.Now().Add(sessionTime).Unix(), []byte(by)})
	http.SetCookie(w, m.newCookie(sessionCookie, value, sessionTime))
}

const (
	sessionCookie = "gateway_session"
	signInCookie  = "gateway_signin" // of a sign-in at the provider that is under way
)

// newCookie returns a cookie that scripts can't read and that other sites send only
// when they lead here.
func (m *Manager) newCookie(name, value string, life time.Duration) *http.Cookie {
	return &http.Cookie{
		Name: m.cookieName(name), Value: value, Path: "/", MaxAge: int(life / time.Second),
		HttpOnly: true, Secure: m.opts.Secure, SameSite: http.SameSiteLaxMode,
	}
}

// dropCookie makes the browser forget a cookie.
func (m *Manager) dropCookie(w http.ResponseWriter, name string) {
	c := m.newCookie(name, "", 0)
	c.MaxAge = -1
	http.SetCookie(w, c)
}

// cookieName returns the name of a cookie. With TLS it binds the cookie to this
// host.
func (m *Manager) cookieName(name string) string {
	if m.opts.Secure {
		return "__Host-" + name
	}
	return name
}

// byToken identifies the admin token.
func (m *Manager) byToken() string { return fingerprint("token", m.opts.Token) }

// fingerprint returns the hash of settings.
func fingerprint(parts ...string) string {
	text, err := json.Marshal(parts)
	if err != nil {
		panic(err) // texts can be encoded
	}
	sum := sha256.Sum256(text)
	return string(sum[:])
}
