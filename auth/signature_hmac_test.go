package auth

import (
	"bytes"
	"crypto/hmac"
	"testing"
)

// TestHMACKey: each algorithm, with keys around the sizes of blocks, gives the HMAC of
// package hmac, also after other keys.
func TestHMACKey(t *testing.T) {
	t.Parallel()
	for _, algorithm := range []string{sha1Name, sha256Name, sha384Name, sha512Name} {
		var keys []*hmacKey
		var want [][]byte
		for _, size := range []int{1, 20, 63, 64, 65, 127, 128, 129, 300} {
			secret := bytes.Repeat([]byte{byte(size)}, size)
			h := hmac.New(newHash(algorithm), secret)
			h.Write([]byte("a body"))
			keys, want = append(keys, newHMACKey(algorithm, secret)), append(want, h.Sum(nil))
		}
		m := message{request: &Request{Body: []byte("a body")}}
		for range 2 {
			for i, k := range keys {
				if got := k.sum(payload{{source: fromBody}}, m); !bytes.Equal(got, want[i]) {
					t.Errorf("%s, key %d: %x, want %x", algorithm, i, got, want[i])
				}
			}
		}
	}
}
