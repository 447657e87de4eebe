package web_test

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/testutil/actiontest"
)

// startOf is when a request says that it was signed.
func startOf(t *testing.T, s actiontest.Request) time.Time {
	t.Helper()
	seconds, err := strconv.ParseInt(s.Header.Get("X-Timestamp"), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	at := time.Unix(seconds, 0)
	if age := time.Since(at); age < -time.Minute || age > time.Hour {
		t.Errorf("the request was signed at %s", at)
	}
	return at
}

// memoryKeys stands for the keys of a store.
type memoryKeys struct {
	mu     sync.Mutex
	owners map[string]string
	ttl    time.Duration // of the last one
	broken bool
}

func (k *memoryKeys) PutKey(_ context.Context, scope, name, owner string, ttl time.Duration) (bool, string, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.broken {
		return false, "", &flow.Error{Class: flow.Transient, Reason: flow.ReasonConnect, Message: "no store"}
	}
	if holder, held := k.owners[scope+" "+name]; held {
		return false, holder, nil
	}
	if k.owners == nil {
		k.owners = map[string]string{}
	}
	k.owners[scope+" "+name], k.ttl = owner, ttl
	return true, owner, nil
}

func (k *memoryKeys) DropKey(ctx context.Context, scope, name, owner string) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	if k.owners[scope+" "+name] == owner {
		delete(k.owners, scope+" "+name)
	}
	return nil
}

func TestWebhookThrottle(t *testing.T) {
	t.Parallel()
	var fails atomic.Bool
	server := actiontest.Serve(t, func(w http.ResponseWriter, _ *http.Request) {
		if fails.Load() {
			w.WriteHeader(http.StatusInternalServerError)
		}
	})
	b := actiontest.New(t)
	keys := &memoryKeys{}
	b.Services = flow.Services{Keys: keys}
	f := b.MustCompile(actiontest.Action("webhook", "url = \""+server.URL+"\"\nfield \"a\" {}\nthrottle {\nkey = webhook.body.customer\nevery = \"6h\"\n}") +
		`action "respond" "how" { json = action.example }`)
	openSteps(b, f)
	run := func(id, customer string) (string, *flow.Error) {
		out := executeAs(b, f, id, actiontest.Event{Body: map[string]any{"customer": customer, "a": "1"}})
		if out.Response == nil {
			return "", out.Err
		}
		return string(out.Response.Body), out.Err
	}
	steps := []struct {
		name, id, customer string
		fails, throttled   bool
		requests           int // in all
	}{
		{"the first", "r1", "jane", false, false, 1},
		{"another run", "r2", "jane", false, true, 1},
		{"another customer", "r3", "joe", false, false, 2},
		{"a repeat of the first", "r1", "jane", false, false, 3},
		{"a failure", "r4", "eve", true, false, 4},
		{"after a failure", "r5", "eve", false, false, 5},
		{"after that", "r6", "eve", false, true, 5},
	}
	for _, s := range steps {
		fails.Store(s.fails)
		body, err := run(s.id, s.customer)
		if (err != nil) != s.fails || len(server.Requests()) != s.requests {
			t.Fatalf("%s: %d requests, %v", s.name, len(server.Requests()), err)
		}
		if !s.fails && strings.Contains(body, `"throttled":true`) != s.throttled {
			t.Errorf("%s: %s", s.name, body)
		}
		if s.throttled && body != `{"body":null,"headers":{},"status":null,"throttled":true}` {
			t.Errorf("%s: %s", s.name, body)
		}
	}
	if keys.ttl != 6*time.Hour {
		t.Errorf("the window is %s long", keys.ttl)
	}
	for name := range keys.owners {
		if !strings.HasPrefix(name, "throttle:test/example ") || strings.Contains(name, "jane") {
			t.Errorf("a key is called %q", name)
		}
	}
	keys.broken = true
	if _, err := run("r7", "max"); err == nil || err.Class != flow.Transient || len(server.Requests()) != 5 {
		t.Errorf("without a store: %v, %d requests", err, len(server.Requests()))
	}
	b.Services = flow.Services{}
	if body, err := run("r8", "jane"); err != nil || !strings.Contains(body, `"throttled":false`) {
		t.Errorf("without keys: %s, %v", body, err)
	}
}

// TestWebhookThrottleAfterATimeout: the window is given free though the time of
// the action is over.
func TestWebhookThrottleAfterATimeout(t *testing.T) {
	t.Parallel()
	server := actiontest.Serve(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	b := actiontest.New(t)
	keys := &memoryKeys{}
	b.Services = flow.Services{Keys: keys}
	err := b.MustFail("webhook", "url = \""+server.URL+"\"\nfield \"a\" { value = 1 }\ntimeout = \"100ms\"\nthrottle {\nkey = \"x\"\nevery = \"1h\"\n}", "{}")
	if err.Reason != flow.ReasonTimeout || len(keys.owners) != 0 {
		t.Errorf("got %v, keys %v", err, keys.owners)
	}
}

// TestWebhookThrottleAtOnce: of many runs at the same time one delivers.
func TestWebhookThrottleAtOnce(t *testing.T) {
	t.Parallel()
	server := actiontest.Serve(t, nil)
	b := actiontest.New(t)
	b.Services = flow.Services{Keys: &memoryKeys{}}
	f := b.MustCompile(actiontest.Action("webhook", "url = \""+server.URL+"\"\nfield \"a\" { value = 1 }\nthrottle {\nkey = \"x\"\nevery = \"1h\"\n}"))
	openSteps(b, f)
	var all sync.WaitGroup
	for i := range 20 {
		all.Go(func() {
			if out := executeAs(b, f, "r"+strconv.Itoa(i), actiontest.Event{}); out.Err != nil {
				t.Error(out.Err)
			}
		})
	}
	all.Wait()
	server.OnlyRequest(t)
}
