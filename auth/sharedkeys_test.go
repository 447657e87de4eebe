package auth

import (
	"runtime"
	"testing"
)

// TestSharedKeys: equal secrets have one key as long as a flow has it, and those of
// another algorithm have another one.
func TestSharedKeys(t *testing.T) {
	t.Parallel()
	shared := &sharedKeys{}
	first := shared.find(sha256Name, []byte("secret"))
	if shared.find(sha256Name, []byte("secret")) != first {
		t.Error("equal secrets have two keys")
	}
	others := []*hmacKey{shared.find(sha1Name, []byte("secret")), shared.find(sha256Name, []byte("other"))}
	if others[0] == first || others[1] == first {
		t.Error("different secrets have one key")
	}
	runtime.KeepAlive(first)
	removed := make(chan struct{})
	runtime.AddCleanup(first, func(done chan struct{}) { close(done) }, removed)
	first = nil
	for collected := false; !collected; {
		runtime.GC()
		select {
		case <-removed:
			collected = true
		default:
			runtime.Gosched()
		}
	}
	again := shared.find(sha256Name, []byte("secret"))
	if shared.find(sha256Name, []byte("secret")) != again {
		t.Error("a secret that had a key before has two keys")
	}
	runtime.KeepAlive(others)
}
