package auth

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/outbound"
)

const plaidBlock = "client_id = \"5d1f9a2b3c4d5e6f7a8b9c0d\"\nsecret = secret.key"

// A delivery of Plaid, with its key, that a customer published in
// https://stackoverflow.com/questions/62143991.
func TestPlaidDelivery(t *testing.T) {
	t.Parallel()
	const (
		token = "eyJhbGciOiJFUzI1NiIsImtpZCI6IjZjNTUxNmUxLTkyZGMtNDc5ZS1hOGZmLTVhNTE5OTJlMDAwMSIsInR5cCI6IkpXVCJ9.eyJpYXQiOjE1OTA4ODcwMDEsInJlcXVlc3RfYm9keV9zaGEyNTYiOiJiNjNhMDdiNTQ3YjAwZjk5MjU0N2Y2YmJjOGQ5YWNjNjFhOGNjZWUxMzhiYzgyZjQ0YTZiYWEwOTY4M2E1ZDBmIn0.OOKvIihgqCj7Qrb2bmz7T3t7uK-0JyjiEqL2s1kWeJBM4MMmjaHKK8GmU_z91QolBWMzvPgs718EElY-rE3cwQ"
		key   = `{"key":{"alg":"ES256","created_at":1560466143,"crv":"P-256","expired_at":null,"kid":"6c5516e1-92dc-479e-a8ff-5a51992e0001","kty":"EC","use":"sig","x":"35lvC8uz2QrWpQJ3TUH8t9o9DURMp7ydU518RKDl20k","y":"I8BuXB2bvxelzJAd7OKhd-ZwjCst05Fx47Mb_0ugros"},"request_id":"HvfCtrDLG1ihcp7"}`
		body  = "{\n  \"error\": null,\n  \"item_id\": \"yxQbxDjnD8hr69pKbQpbcKeVn3GL9QuyA7NV3\",\n  \"new_transactions\": 390,\n  \"webhook_code\": \"HISTORICAL_UPDATE\",\n  \"webhook_type\": \"TRANSACTIONS\"\n}"
	)
	issued := time.Unix(1590887001, 0)
	c := mustDecode(t, "plaid", plaidBlock).(*plaid)
	c.keys = &plaidKeys{clock: clock.System{}, fetch: func(context.Context, string) ([]byte, error) { return []byte(key), nil }}
	for name, a := range map[string]struct {
		body string
		now  time.Time
		want string
	}{
		"at once":           {body, issued, ""},
		"after 5 minutes":   {body, issued.Add(5 * time.Minute), ""},
		"a second later":    {body, issued.Add(5*time.Minute + time.Second), "older than max_age"},
		"a slow clock":      {body, issued.Add(-30 * time.Second), ""},
		"before its time":   {body, issued.Add(-31 * time.Second), "in the future"},
		"another body":      {strings.Replace(body, "390", "391", 1), issued, "for another body"},
		"other white space": {strings.ReplaceAll(body, "  ", " "), issued, "for another body"},
	} {
		r := withBody(a.body, "Plaid-Verification", token)
		r.Now = a.now
		err := c.Verify(t.Context(), r)
		if (err == nil) != (a.want == "") || err != nil && !strings.Contains(err.Error(), a.want) {
			t.Errorf("%s: %v, want %q", name, err, a.want)
		}
	}
}

// plaidAnswers is Plaid in a test.
type plaidAnswers struct {
	clock   *steppedClock
	known   string // the id that it knows
	ended   string // expired_at, as JSON
	away    bool
	fetches int
}

func newPlaidAnswers() (*plaidAnswers, *plaidKeys) {
	p := &plaidAnswers{clock: &steppedClock{now: noon()}, known: "key-0001", ended: "null"}
	return p, &plaidKeys{clock: p.clock, fetch: func(_ context.Context, id string) ([]byte, error) {
		p.fetches++
		switch {
		case p.away:
			return nil, errAway
		case id != p.known:
			return nil, errPlaidKeyID
		}
		return fmt.Appendf(nil, `{"key":{"kty":"EC","crv":"P-256","alg":"ES256","kid":%q,"x":"35lvC8uz2QrWpQJ3TUH8t9o9DURMp7ydU518RKDl20k","y":"I8BuXB2bvxelzJAd7OKhd-ZwjCst05Fx47Mb_0ugros","expired_at":%s}}`, id, p.ended), nil
	}}
}

func (p *plaidAnswers) check(t *testing.T, k *plaidKeys, id, want string, fetches int) {
	t.Helper()
	found, err := k.find(t.Context(), id, "ES256")
	var u *Unavailable
	got := "found"
	switch {
	case errors.As(err, &u):
		got = "unavailable"
	case err != nil:
		got = err.Error()
	case len(found) != 1 || found[0].id != id:
		t.Errorf("found %v", found)
	}
	if !strings.Contains(got, want) || p.fetches != fetches {
		t.Errorf("key %q: %s after %d fetches, want %s after %d", id, got, p.fetches, want, fetches)
	}
}

// A key is asked for once, and again after an hour. While Plaid is away it stays in
// use for a day.
func TestPlaidKeysAreKept(t *testing.T) {
	t.Parallel()
	p, k := newPlaidAnswers()
	for range 20 {
		p.check(t, k, "key-0001", "found", 1)
	}
	p.away, p.clock.now = true, noon().Add(plaidKeyInterval)
	p.check(t, k, "key-0001", "found", 2)
	p.check(t, k, "key-0001", "found", 2)
	p.check(t, k, "key-0002", "unavailable", 3)
	p.clock.now = p.clock.now.Add(keySetPause)
	p.check(t, k, "key-0001", "found", 4)
	p.clock.now = noon().Add(maxKeySetAge)
	p.check(t, k, "key-0001", "unavailable", 5)
	p.away = false
	p.check(t, k, "key-0001", "found", 6)
	p.ended, p.clock.now = fmt.Sprint(p.clock.now.Unix()), p.clock.now.Add(plaidKeyInterval)
	p.check(t, k, "key-0001", "has ended", 7)
	p.check(t, k, "key-0001", "has ended", 7)
}

// A stranger can name any key. That costs a bounded number of questions, and requests
// whose key is kept do not notice.
func TestPlaidBoundsItsFetches(t *testing.T) {
	t.Parallel()
	p, k := newPlaidAnswers()
	p.check(t, k, "key-0001", "found", 1)
	for n := range maxFetches - 1 {
		p.check(t, k, fmt.Sprintf("unknown-%d", n), "no key of Plaid has the id", n+2)
	}
	for n := range 100 {
		p.check(t, k, fmt.Sprintf("unknown-%d", n), "unavailable", maxFetches)
		if _, err := k.find(t.Context(), "unknown-0", "ES256"); !isTooMany(err) {
			t.Fatalf("refused with %v", err)
		}
		p.check(t, k, "key-0001", "found", maxFetches)
	}
	for _, id := range []string{"", "short", "../../etc/passwd", strings.Repeat("a", 65)} {
		p.check(t, k, id, "no key has the id", maxFetches)
	}
	p.clock.now = p.clock.now.Add(time.Minute)
	p.check(t, k, "unknown-0", "no key of Plaid has the id", maxFetches+1)
	for n := range 3 * maxPlaidKeys {
		k.keep(fmt.Sprintf("other-%d", n), plaidKey{})
	}
	if len(k.kept) > maxPlaidKeys {
		t.Errorf("%d keys are kept", len(k.kept))
	}
}

// A flood of unknown ids does not keep a key in use that Plaid has ended.
func TestPlaidAsksForKeptKeysInAFlood(t *testing.T) {
	t.Parallel()
	p, k := newPlaidAnswers()
	p.check(t, k, "key-0001", "found", 1)
	p.clock.now = p.clock.now.Add(plaidKeyInterval)
	for n := range maxFetches {
		p.check(t, k, fmt.Sprintf("unknown-%d", n), "no key of Plaid has the id", n+2)
	}
	p.check(t, k, "unknown-0", "unavailable", maxFetches+1)
	p.ended = fmt.Sprint(p.clock.now.Unix())
	p.check(t, k, "key-0001", "has ended", maxFetches+2)
	p.check(t, k, "key-0001", "has ended", maxFetches+2)
}

// The question holds the keys of the account. Only the answer that says so means an
// unknown key: a wrong secret in the file must not make Plaid give up.
func TestPlaidIsAsked(t *testing.T) {
	t.Parallel()
	answer := atomic.Pointer[string]{}
	status := atomic.Int64{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		text, _ := io.ReadAll(r.Body)
		var asked map[string]string
		want := map[string]string{"client_id": "id", "secret": "hush-hush", "key_id": "key-0001"}
		if err := json.Unmarshal(text, &asked); err != nil || fmt.Sprint(asked) != fmt.Sprint(want) || r.Method != http.MethodPost || r.Header.Get("Content-Type") != "application/json" {
			t.Errorf("asked %s %s: %v", r.Method, text, err)
		}
		w.WriteHeader(int(status.Load()))
		_, _ = io.WriteString(w, *answer.Load())
	}))
	t.Cleanup(server.Close)
	policy, err := outbound.ParsePolicy([]string{"127.0.0.1"})
	if err != nil {
		t.Fatal(err)
	}
	fetch := plaidFetch(outbound.New(outbound.Options{Policy: policy, Clock: clock.System{}, Timeout: time.Minute}), server.URL+plaidKeyPath, "id", "hush-hush")
	const good = `{"key":{"kty":"EC","crv":"P-256","alg":"ES256","kid":"key-0001","x":"35lvC8uz2QrWpQJ3TUH8t9o9DURMp7ydU518RKDl20k","y":"I8BuXB2bvxelzJAd7OKhd-ZwjCst05Fx47Mb_0ugros"}}`
	for name, c := range map[string]struct {
		status      int
		text        string
		unavailable bool
		want        string
	}{
		"the key":         {200, good, false, ""},
		"an unknown key":  {400, `{"error_type":"INVALID_INPUT","error_code":"INVALID_WEBHOOK_VERIFICATION_KEY_ID"}`, false, "no key of Plaid"},
		"a wrong secret":  {400, `{"error_code":"INVALID_API_KEYS"}`, true, "status 400: INVALID_API_KEYS"},
		"another text":    {400, `{"error_code":"<b>"}`, true, "status 400"},
		"a failure":       {500, "", true, "status 500"},
		"no JSON":         {200, "maintenance", true, "the answer is no key"},
		"another key":     {200, strings.Replace(good, "key-0001", "key-0002", 1), true, "not the key that was asked for"},
		"a point nowhere": {200, strings.Replace(good, "35lv", "45lv", 1), true, "not the key that was asked for"},
		"another use":     {200, strings.Replace(good, `"kty"`, `"use":"enc","kty"`, 1), true, "not the key that was asked for"},
	} {
		status.Store(int64(c.status))
		answer.Store(&c.text)
		_, err := (&plaidKeys{clock: clock.System{}, fetch: fetch}).find(t.Context(), "key-0001", "ES256")
		if errors.As(err, new(*Unavailable)) != c.unavailable || (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) || err != nil && (strings.Contains(err.Error(), "hush") || strings.Contains(err.Error(), "<b>")) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Checks of one account share its keys, and the hosts are fixed.
func TestPlaidIsOpened(t *testing.T) {
	t.Parallel()
	pool := &flow.Pool{}
	resources := pool.Lease(flow.Settings{Clock: clock.System{}})
	defer resources.Close()
	open := func(block string) keySource {
		c := mustDecode(t, "plaid", block).(*plaid)
		if err := c.Open(resources); err != nil {
			t.Fatal(err)
		}
		return c.keys
	}
	first := open(plaidBlock)
	if open(plaidBlock) != first || open(plaidBlock+"\nenvironment = \"sandbox\"") == first {
		t.Error("the keys are shared wrongly")
	}
	checkFindings(t, "plaid", []finding{
		{"another environment", plaidBlock + "\nenvironment = \"https://evil.example.com\"", hcl.DiagError, `Wrong value for "environment"`, "sandbox", "4:15-4:41"},
		{"an empty id", "client_id = \"\"\nsecret = secret.key", hcl.DiagError, "Empty value", "no key", "2:13-2:15"},
	})
}
