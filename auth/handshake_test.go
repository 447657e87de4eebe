package auth

import "testing"

// After a reset another secret counts, and the one before does not.
func TestAnotherSecretOfAHandshake(t *testing.T) {
	t.Parallel()
	check := mustDecode(t, "asana", "")
	for _, secret := range []string{testKey, oldKey, testKey} {
		for _, signer := range []string{testKey, oldKey} {
			r := withBody("{}", "X-Hook-Signature", hmacOf(t, "sha256", signer, "{}"))
			r.Handshakes = keptSecret(secret)
			if err := check.Verify(t.Context(), r); (err == nil) != (signer == secret) {
				t.Errorf("secret %q, signed with %q: %v", secret, signer, err)
			}
		}
	}
	r := withBody("{}", "X-Hook-Signature", hmacOf(t, "sha256", "", "{}"))
	r.Handshakes = keptSecret("")
	if err := check.Verify(t.Context(), r); err == nil {
		t.Error("without a secret a signature with an empty one is accepted")
	}
}
