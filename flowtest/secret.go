package flowtest

import (
	"crypto/sha256"
	"encoding/hex"
)

// madeUpSecret returns the value of a secret to which a test gives none: 64 hex
// digits, which are also base64, so that they fit into most places for secrets. Real
// secrets are never read.
func madeUpSecret(name string) string {
	sum := sha256.Sum256([]byte("test secret " + name))
	return hex.EncodeToString(sum[:])
}
