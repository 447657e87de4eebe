// Package keys holds the gateway's key and admin token: it reads them, makes
// them at the first start, and derives keys for single uses.
package keys

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
)

// minSecret is the number of characters that a key or token needs. A text of
// hex digits needs twice as many, as each carries half as much.
const minSecret = 16

// LoadKey returns the gateway's key: the value of GATEWAY_KEY, given as env, or
// if that is empty the content of the file "key" in the data folder, which is
// made at the first start. The text itself is the key, in hex, base64 or any
// other form: the content of the file may be given to other gateways in the
// variable.
func LoadKey(dataDir, env string) ([]byte, error) {
	return findKey(dataDir, env, readOrCreateSecret)
}

// ReadKey is LoadKey, but makes no file. The error is an fs.ErrNotExist if there
// is neither a value nor a file.
func ReadKey(dataDir, env string) ([]byte, error) {
	return findKey(dataDir, env, readSecret)
}

func findKey(dataDir, env string, fromFile func(path string) (string, error)) ([]byte, error) {
	text := strings.TrimSpace(env)
	if text == "" {
		stored, err := fromFile(filepath.Join(dataDir, "key"))
		return []byte(stored), err
	}
	if err := checkSecret(text); err != nil {
		return nil, fmt.Errorf("GATEWAY_KEY %w; `openssl rand -hex 32` makes a good one", err)
	}
	return []byte(text), nil
}

// LoadAdminToken returns the token that the admin listener asks for: the given
// one, or if that is empty the content of the file "admin-token" in the data
// folder, which is made at the first start.
func LoadAdminToken(dataDir, given string) (string, error) {
	text := strings.TrimSpace(given)
	if text == "" {
		return readOrCreateSecret(adminTokenFile(dataDir))
	}
	if err := checkSecret(text); err != nil {
		return "", fmt.Errorf("the admin token %w; leave it out, and the gateway makes one", err)
	}
	return text, nil
}

// ReadAdminToken returns the token in the data folder of a gateway and makes
// none. The error is an fs.ErrNotExist if there is no such file.
func ReadAdminToken(dataDir string) (string, error) { return readSecret(adminTokenFile(dataDir)) }

func adminTokenFile(dataDir string) string { return filepath.Join(dataDir, "admin-token") }

// Derive returns 32 bytes made from the gateway's key for one use, which the
// labels name: the HMAC-SHA256 of the labels, with a zero byte between two.
// Paths, links and stored values depend on it, so it must never change.
func Derive(key []byte, label ...string) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(strings.Join(label, "\x00")))
	return mac.Sum(nil)
}

// checkSecret refuses texts that are easy to guess or were pasted badly.
func checkSecret(text string) error {
	need, unit := minSecret, "characters"
	if _, err := hex.DecodeString(text); err == nil {
		need, unit = 2*minSecret, "hex digits"
	}
	if len(text) < need {
		return fmt.Errorf("is too short: it has %d %s and needs at least %d", len(text), unit, need)
	}
	if strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r == 0x7f }) {
		return errors.New("has a space or a line break inside")
	}
	return nil
}
