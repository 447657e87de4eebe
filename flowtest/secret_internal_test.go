package flowtest

import (
	"encoding/base64"
	"encoding/hex"
	"strings"
	"testing"
)

func TestMadeUpSecret(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"a", "b", "stripe", "shop_password", "x_9"} {
		secret := madeUpSecret(name)
		if _, err := hex.DecodeString(secret); err != nil || len(secret) != 64 || secret != madeUpSecret(name) {
			t.Errorf("%s: %q %v", name, secret, err)
		}
		text, err := base64.StdEncoding.DecodeString(secret)
		if err != nil || strings.ContainsFunc(string(text), func(r rune) bool { return r < ' ' || r > '~' }) {
			t.Errorf("%s: %q decodes to %q, %v", name, secret, text, err)
		}
	}
	if madeUpSecret("a") == madeUpSecret("b") {
		t.Error("two secrets are equal")
	}
}
