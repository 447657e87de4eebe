package gateway

import (
	"encoding/hex"
	"fmt"
	"path/filepath"
	"strings"
)

// shortestSecret is how many characters a key or token needs. Of hex digits,
// which carry half as much each, it takes twice as many.
const shortestSecret = 16

// LoadKey returns the key from which the gateway makes what nobody can guess:
// the value of GATEWAY_KEY, given as env, or where that is "" the content of
// the file "key" in the data folder, which is made at the first start. The
// text itself is the key, whether it is hex, base64 or anything else, so the
// content of the file can be given to other gateways in the variable.
func LoadKey(dataDir, env string) ([]byte, error) {
	text := strings.TrimSpace(env)
	if text == "" {
		made, err := keptSecret(filepath.Join(dataDir, "key"))
		return []byte(made), err
	}
	if err := checkSecret(text); err != nil {
		return nil, fmt.Errorf("GATEWAY_KEY %w; `openssl rand -hex 32` makes a good one", err)
	}
	return []byte(text), nil
}

// LoadAdminToken returns the token that the admin listener asks for: the one
// that was given, or where that is "" the content of the file "admin-token" in
// the data folder, which is made at the first start.
func LoadAdminToken(dataDir, given string) (string, error) {
	text := strings.TrimSpace(given)
	if text == "" {
		return keptSecret(filepath.Join(dataDir, "admin-token"))
	}
	if err := checkSecret(text); err != nil {
		return "", fmt.Errorf("the admin token %w; leave it out, and the gateway makes one", err)
	}
	return text, nil
}

func checkSecret(text string) error {
	need, of := shortestSecret, "characters"
	if _, err := hex.DecodeString(text); err == nil {
		need, of = 2*shortestSecret, "hex digits"
	}
	if len(text) < need {
		return fmt.Errorf("is too short: it has %d %s and needs at least %d", len(text), of, need)
	}
	if strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r == 0x7f }) {
		return fmt.Errorf("has a space or a line break inside")
	}
	return nil
}
