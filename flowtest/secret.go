package flowtest

import "crypto/sha256"

// madeUpSecret returns the value of a secret to which a test gives none: 64 hex
// digits, which are also base64 of a printable text, so that they fit into most
// places for secrets. Real secrets are never read.
func madeUpSecret(name string) string {
	sum := sha256.Sum256([]byte("test secret " + name))
	var out []byte
	for _, b := range sum[:16] {
		// The choice of the digits makes each of the three bytes that they stand for in
		// base64 a printable character of ASCII.
		out = append(out, "abcde"[b%5], "0123"[b>>3&3], "d1"[b>>5&1], "0123456789abcdef"[b>>4])
	}
	return string(out)
}
