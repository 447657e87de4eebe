package store_test

import (
	"strings"
	"testing"

	"github.com/webhook-gateway/gateway/store"
)

func TestKeyHash(t *testing.T) {
	t.Parallel()
	h, other := store.NewKeyHash([]byte("key")), store.NewKeyHash([]byte("other"))
	long := strings.Repeat("k", 1000)
	for _, text := range []string{"k", "K", "\x00\xff", long, long + "k"} {
		got := h.OrderKey(text)
		if len(got) != len("hmac:")+32 || strings.Contains(got, text) || got != h.KeyName("scope", text) {
			t.Errorf("%q became %q", text, got)
		}
		for _, different := range []string{h.OrderKey(text + "x"), other.OrderKey(text), (*store.KeyHash)(nil).OrderKey(text)} {
			if got == different {
				t.Errorf("%q has the hash of another text or key", text)
			}
		}
	}
	if got := h.OrderKey(""); got != "" {
		t.Errorf("no order key became %q", got)
	}
	if got := h.KeyName(store.ScheduleScope, "nightly"); got != "nightly" {
		t.Errorf("the name of a flow became %q", got)
	}
	if h.Fingerprint() == other.Fingerprint() {
		t.Error("two keys have one fingerprint")
	}
}

// TestKeyHashOfStored hashes what earlier versions stored: the text, or a digest
// of a long one.
func TestKeyHashOfStored(t *testing.T) {
	t.Parallel()
	h := store.NewKeyHash([]byte("key"))
	if got, old := h.HashStored("customer 7"); !old || got != h.OrderKey("customer 7") {
		t.Errorf("got %q, %t", got, old)
	}
	const digest = "sha256:41edece42d63e8d9bf515a9ba6932e1c20cbc9f5a5d134645adb5db1b9737ea3" // of 1000 times "a"
	if got, old := h.HashStored(digest); !old || got != h.OrderKey(strings.Repeat("a", 1000)) {
		t.Errorf("got %q, %t for a long text", got, old)
	}
	hashed := h.OrderKey("customer 7")
	if got, old := h.HashStored(hashed); old || got != hashed {
		t.Errorf("got %q, %t for a hash", got, old)
	}
	for _, text := range []string{"hmac:", "hmac:12", "hmac:" + strings.Repeat("g", 32)} {
		if _, old := h.HashStored(text); !old {
			t.Errorf("%q was taken for a hash", text)
		}
	}
}
