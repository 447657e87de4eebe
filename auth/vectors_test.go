package auth

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/internal/clock"
)

// vectorFile holds signed requests of one sender, and the verdict on them of a
// judge that shares no code with this package: the library that the sender
// publishes, an example that it publishes, or two independent readings of its
// documentation. `make judge-signatures` writes the files.
type vectorFile struct {
	name      string // of the file
	Preset    string
	Judge     string
	Published string
	Readings  []string
	Config    string
	Fetched   map[string]string // texts by their URL
	Requests  []vector
}

type vector struct {
	Name, Method, URL string
	Header            map[string]string
	Body              string
	Now               time.Time
	Accepted          bool
}

func (v vector) request(t testing.TB) *Request {
	t.Helper()
	const public = "https://hooks.example.com"
	uri, ok := strings.CutPrefix(v.URL, public)
	u, err := url.Parse(v.URL)
	if !ok || err != nil {
		t.Fatalf("the URL %q is not below %s", v.URL, public)
	}
	r := &Request{Method: v.Method, PublicURL: public, URI: uri, Header: http.Header{}, Query: u.Query(), Body: []byte(v.Body), Now: v.Now}
	for name, value := range v.Header {
		r.Header.Set(name, value)
	}
	return r
}

func readVectors(t testing.TB) []vectorFile {
	t.Helper()
	names, err := filepath.Glob("testdata/vectors/*.json")
	if err != nil || len(names) == 0 {
		t.Fatalf("no vectors: %v", err)
	}
	var files []vectorFile
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		f := vectorFile{}
		d := json.NewDecoder(bytes.NewReader(text))
		d.DisallowUnknownFields()
		if err := d.Decode(&f); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		f.name = strings.TrimSuffix(filepath.Base(name), ".json")
		files = append(files, f)
	}
	return files
}

func TestVectors(t *testing.T) {
	t.Parallel()
	for _, f := range readVectors(t) {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			c := f.check(t)
			for _, v := range f.Requests {
				if err := c.Verify(t.Context(), v.request(t)); (err == nil) != v.Accepted {
					t.Errorf("%s: verified with %v, want accepted: %t", v.Name, err, v.Accepted)
				}
			}
			for name, err := range malformed(t, c, f.Requests[0]) {
				if err == nil {
					t.Errorf("%s is let in", name)
				}
			}
		})
	}
}

// check decodes the auth block. The check fetches from the file.
func (f vectorFile) check(t testing.TB) Check {
	t.Helper()
	c := mustDecode(t, f.Preset, f.Config)
	fetch := func(_ context.Context, url string) ([]byte, error) {
		text, ok := f.Fetched[url]
		if !ok {
			return nil, errors.New("the certificate can't be fetched: status 404")
		}
		return []byte(text), nil
	}
	switch c := c.(type) {
	case *sns:
		c.certificates.fetch = fetch
	case *paypal:
		c.certificates.fetch = fetch
	case *plaid:
		c.keys = &plaidKeys{clock: clock.System{}, fetch: func(ctx context.Context, id string) ([]byte, error) {
			text, err := fetch(ctx, "https://production.plaid.com"+plaidKeyPath+"#"+id)
			if err != nil {
				return nil, errPlaidKeyID
			}
			return text, nil
		}}
	case *tokenSenderCheck:
		if at := c.keySetURL; at != "" {
			c.keys = &remoteKeys{clock: clock.System{}, fetch: func() ([]byte, error) { return fetch(context.Background(), at) }}
		}
	}
	return c
}

// malformed returns the verdicts on a genuine request whose credentials are sent
// twice or are empty.
func malformed(t *testing.T, c Check, genuine vector) map[string]error {
	t.Helper()
	out := map[string]error{}
	for _, name := range c.Headers() {
		if genuine.Header[name] == "" {
			continue
		}
		r := genuine.request(t)
		r.Header.Add(name, r.Header.Get(name))
		out[name+" twice"] = c.Verify(t.Context(), r)
		r = genuine.request(t)
		r.Header.Set(name, "")
		out[name+" empty"] = c.Verify(t.Context(), r)
	}
	return out
}

// A preset never rests on our own signer alone.
func TestEveryPresetHasAJudge(t *testing.T) {
	t.Parallel()
	judged := map[string]bool{}
	for _, f := range readVectors(t) {
		judged[f.Preset] = true
		if f.Judge == "" && f.Published == "" && len(f.Readings) < 2 {
			t.Errorf("%s: neither a library, nor a published example, nor two readings of the documentation", f.Preset)
		}
		var names []string
		for _, v := range f.Requests {
			names = append(names, v.Name)
		}
		for _, want := range []string{"genuine", "signed with another secret", "signature changed"} {
			if !slices.Contains(names, want) {
				t.Errorf("%s: no request %q in %q", f.Preset, want, names)
			}
		}
	}
	for _, k := range usableKinds(t) {
		if !slices.Contains(plainKinds(), k.Name) && !judged[k.Name] {
			t.Errorf("no file testdata/vectors/%s.json", k.Name)
		}
	}
}

// plainKinds are the kinds that are no senders.
func plainKinds() []string {
	return []string{"basic", "bearer", "header", "query", "key", "hmac", "signature", "jwt", "mtls", "all"}
}

// An empty secret would let everybody in who knows the scheme.
func TestSendersRefuseEmptySecrets(t *testing.T) {
	t.Parallel()
	for _, k := range usableKinds(t) {
		if slices.Contains(plainKinds(), k.Name) {
			continue
		}
		for _, f := range schema.Describe(k.New()).Fields() {
			if f.Name != "secret" && f.Name != "public_key" && f.Name != "shared_key" && f.Name != "topic_arn" && f.Name != "webhook_id" {
				continue
			}
			for _, empty := range []string{`""`, `[]`, `[""]`} {
				if _, diags := decode(t, k.Name, f.Name+" = "+empty); !diags.HasErrors() {
					t.Errorf("auth %q accepts %s = %s", k.Name, f.Name, empty)
				}
			}
		}
	}
}
