package store_test

import (
	"testing"

	"github.com/webhook-gateway/gateway/store"
)

func TestMessageClass(t *testing.T) {
	t.Parallel()
	for message, want := range map[string]string{
		"":                      "",
		"the run was cancelled": "the run was cancelled",
		"https://api.example.com: answered 503 Service Unavailable": "https://api.example.com: answered 503 Service Unavailable",
		"https://10.0.0.1:8443: answered 404 Not Found":             "https://10.0.0.1:8443: answered 404 Not Found",
		`no order "A-\"17"`:                                        `no order …`,
		"order 06H2XK3V5T is gone":                                 "order … is gone",
		"item 7 of 12345 took 1.5s":                                "item … of … took …",
		"no such mailbox (550): 17":                                "no such mailbox (550): …",
		"ann@example.com has no box":                               "… has no box",
		"at 2026-01-31T15:04:05Z it was 500":                       "at … it was …",
		"PostgreSQL refused the values (SQLSTATE 23505), column 7": "PostgreSQL refused the values (SQLSTATE 23505), column …",
		"b2b3a5f0-8f00-4f6e-9d1c-1234 lost":                        "… lost",
	} {
		if got := store.MessageClass(message); got != want {
			t.Errorf("%q: got %q, want %q", message, got, want)
		}
	}
}

func TestFailureKey(t *testing.T) {
	t.Parallel()
	of := func(c store.Cause) string { return store.FormatFailureKey(store.FailureKey(&c)) }
	base := store.Cause{Action: "charge", Class: "transient", Reason: "5xx", Message: "order 7 failed", Position: "a.hcl:1,1", Detail: "{}"}
	same := base
	same.Message, same.Position, same.Detail = "order 8123 failed", "a.hcl:2,1", ""
	if of(base) != of(same) {
		t.Error("runs that failed for one cause have different keys")
	}
	for name, change := range map[string]func(*store.Cause){
		"action": func(c *store.Cause) { c.Action = "mail" }, "class": func(c *store.Cause) { c.Class = "permanent" },
		"reason": func(c *store.Cause) { c.Reason = "429" }, "message": func(c *store.Cause) { c.Message = "order 7 vanished" },
	} {
		other := base
		change(&other)
		if of(other) == of(base) {
			t.Errorf("another %s has the same key", name)
		}
	}
	key := store.FailureKey(&base)
	if back, ok := store.ParseFailureKey(store.FormatFailureKey(key)); !ok || back != key {
		t.Errorf("the key %x became %x", key, back)
	}
	if _, ok := store.ParseFailureKey("no key"); ok {
		t.Error("a text that is no key was accepted")
	}
}
