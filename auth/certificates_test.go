package auth

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/outbound"
)

// certificateOf returns the certificate of the vectors of SNS.
func certificateOf(t *testing.T) []byte {
	t.Helper()
	for _, f := range readVectors(t) {
		if f.name == "sns" {
			for _, text := range f.Fetched {
				return []byte(text)
			}
		}
	}
	t.Fatal("no vectors of sns")
	return nil
}

func TestCertificatesAreFetchedOnce(t *testing.T) {
	t.Parallel()
	var fetched atomic.Int64
	text := certificateOf(t)
	now := time.Now()
	c := &certificates{fetch: func(context.Context, string) ([]byte, error) {
		fetched.Add(1)
		return text, nil
	}}
	for range 20 {
		if _, err := c.key(t.Context(), "https://a.example/1", now); err != nil {
			t.Fatal(err)
		}
	}
	if fetched.Load() != 1 {
		t.Errorf("fetched %d times", fetched.Load())
	}
	for _, at := range []time.Time{now.Add(-1000 * time.Hour), now.AddDate(60, 0, 0)} {
		if _, err := c.key(t.Context(), "https://a.example/1", at); err == nil {
			t.Errorf("valid at %s", at)
		}
	}
}

func TestCertificatesBoundTheirFetches(t *testing.T) {
	t.Parallel()
	fetched := 0
	c := &certificates{fetch: func(context.Context, string) ([]byte, error) {
		fetched++
		return nil, errors.New("status 404")
	}}
	ask := func(n int, at time.Time) error {
		_, err := c.key(t.Context(), fmt.Sprintf("https://a.example/%d", n), at)
		return err
	}
	for n := range 3 * maxFetches {
		if err := ask(n, noon()); err == nil {
			t.Fatal("a certificate that is not there")
		}
	}
	if fetched != maxFetches {
		t.Errorf("fetched %d times in a minute", fetched)
	}
	if err := ask(0, noon()); err == nil || !strings.HasSuffix(err.Error(), "more than 10 certificates in a minute") {
		t.Errorf("refused with %v", err)
	}
	if err := ask(0, noon().Add(time.Minute)); err == nil || err.Error() != "status 404" {
		t.Errorf("a minute later refused with %v", err)
	}
}

// A sender may try again unless the server has no such certificate: Amazon SNS drops
// a message that gets 401.
func TestCertificateIsUnavailable(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		err       error
		mayReturn bool
	}{
		{errors.New("no connection"), true},
		{&statusError{"https://a.example", 503}, true},
		{&statusError{"https://a.example", 429}, true},
		{&statusError{"https://a.example", 404}, false},
		{&statusError{"https://a.example", 302}, false},
	} {
		fails := func(context.Context, string) ([]byte, error) {
			return nil, fmt.Errorf("the certificate can't be fetched: %w", c.err)
		}
		_, err := (&certificates{fetch: fails}).key(t.Context(), "https://a.example/", noon())
		var u *Unavailable
		if is := errors.As(err, &u); is != c.mayReturn || is && (u.RetryAfter != certificatePause || u.TooMany) || !errors.Is(err, c.err) {
			t.Errorf("%v: refused with %v, unavailable: %t", c.err, err, is)
		}
	}
	spent := &certificates{gate: fetchGate{window: noon(), fetched: maxFetches}, fetch: func(context.Context, string) ([]byte, error) { return nil, nil }}
	if _, err := spent.key(t.Context(), "https://a.example/", noon()); !errors.As(err, new(*Unavailable)) || !isTooMany(err) {
		t.Errorf("above the number of fetches refused with %v", err)
	}
}

func TestCertificatesRefuseOtherTexts(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":    "the certificate of the sender is not PEM",
		"PEM": "the certificate of the sender is not PEM",
		"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n": "the certificate of the sender is not X.509",
	} {
		c := &certificates{fetch: func(context.Context, string) ([]byte, error) { return []byte(text), nil }}
		if _, err := c.key(t.Context(), "https://a.example/", noon()); err == nil || err.Error() != want {
			t.Errorf("%q: refused with %v, want %s", text, err, want)
		}
	}
	if _, err := (&certificates{}).key(t.Context(), "https://a.example/", noon()); err == nil {
		t.Error("a key without a client")
	}
}

// A check inside of auth "all" is opened too, and fetches through the guard.
func TestChecksAreOpened(t *testing.T) {
	t.Parallel()
	pool := &flow.Pool{}
	resources := pool.Lease(flow.Settings{})
	defer resources.Close()
	inner := &sns{topics: []string{"arn"}}
	p := Policy{Checks: []Check{&paypal{}, &allOf{checks: []Check{&basic{}, inner}}}}
	if err := p.Open(resources); err != nil {
		t.Fatal(err)
	}
	if inner.certificates.fetch == nil || p.Checks[0].(*paypal).certificates.fetch == nil {
		t.Error("a check is not open")
	}
	var refused *outbound.Refused
	if _, err := inner.certificates.fetch(t.Context(), "https://127.0.0.1:1/"); !errors.As(err, &refused) {
		t.Errorf("the guard does not refuse a loopback address: %v", err)
	}
}

func TestSendersThatAllCustomersShareNeedWhatIsOurs(t *testing.T) {
	t.Parallel()
	checkFindings(t, "sns", []finding{
		{"no topic", ``, hcl.DiagError, "Missing attribute", `"topic_arn" is required`, "1:1-1:11"},
		{"an empty list", `topic_arn = []`, hcl.DiagError, "No topic", "accepts no message", "2:13-2:15"},
		{"a name", `topic_arn = ["arn:aws:sns:eu-central-1:123456789012:orders", "orders"]`, hcl.DiagError, "Not a topic", "looks like", "2:62-2:70"},
	})
	checkFindings(t, "paypal", []finding{
		{"no id", ``, hcl.DiagError, "Missing attribute", `"webhook_id" is required`, "1:1-1:14"},
		{"an empty id", `webhook_id = ""`, hcl.DiagError, "Not a webhook ID", "capital letters and digits", "2:14-2:16"},
	})
}

// A request whose caller is gone does not wait for the fetch of another request.
func TestCertificateFetchIsNotAwaitedForNobody(t *testing.T) {
	t.Parallel()
	begun, release := make(chan struct{}), make(chan struct{})
	c := &certificates{fetch: func(context.Context, string) ([]byte, error) {
		close(begun)
		<-release
		return nil, errors.New("gone")
	}}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_, _ = c.key(context.Background(), "https://a.example/", noon())
	}()
	<-begun
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	var away *Unavailable
	if _, err := c.key(gone, "https://b.example/", noon()); !errors.As(err, &away) {
		t.Errorf("got %v, want Unavailable", err)
	}
	close(release)
	<-ended
}

// isTooMany reports whether callers are the cause of a refusal that may pass.
func isTooMany(err error) bool {
	u, ok := errors.AsType[*Unavailable](err)
	return ok && u.TooMany
}
