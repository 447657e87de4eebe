package command_test

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/webhook-gateway/gateway/internal/testutil/certtest"
	"github.com/webhook-gateway/gateway/internal/testutil/signaltest"
)

const (
	snsHost = "sns.eu-central-1.amazonaws.com"
	snsCert = "/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem"
)

// amazon stands for Amazon SNS: it signs messages, serves its certificate, and notes
// the subscriptions that are confirmed.
type amazon struct {
	key   *rsa.PrivateKey
	proxy string // leads to it by the name of its host
	roots string // file with the authority of its certificate

	mu        sync.Mutex
	confirmed []string // queries
	fetched   int      // certificates
}

func newAmazon(t *testing.T) *amazon {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "sns"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	a := &amazon{key: key, roots: filepath.Join(t.TempDir(), "roots.pem")}
	a.serve(t, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	return a
}

// serve starts the host of SNS, and a proxy that leads to it and nowhere else.
func (a *amazon) serve(t *testing.T, certificate []byte) {
	t.Helper()
	pair := certtest.New(t, snsHost)
	if err := os.WriteFile(a.roots, []byte(pair.Cert), 0o600); err != nil {
		t.Fatal(err)
	}
	own, err := tls.X509KeyPair([]byte(pair.Cert), []byte(pair.Key))
	if err != nil {
		t.Fatal(err)
	}
	host := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a.mu.Lock()
		defer a.mu.Unlock()
		switch {
		case r.Method == http.MethodGet && r.URL.Path == snsCert:
			a.fetched++
			_, _ = w.Write(certificate)
		case r.Method == http.MethodGet && r.URL.Path == "/":
			a.confirmed = append(a.confirmed, r.URL.RawQuery)
		default:
			http.NotFound(w, r)
		}
	}))
	host.TLS = &tls.Config{Certificates: []tls.Certificate{own}}
	host.StartTLS()
	t.Cleanup(host.Close)
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodConnect || r.Host != snsHost+":443" {
			t.Errorf("the gateway asks for %s %s", r.Method, r.Host)
			http.Error(w, "not here", http.StatusForbidden)
			return
		}
		tunnel(t, w, host.Listener.Addr().String())
	}))
	t.Cleanup(proxy.Close)
	a.proxy = proxy.URL
}

// tunnel connects a caller of the proxy with an address.
func tunnel(t *testing.T, w http.ResponseWriter, to string) {
	out, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", to)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	in, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		t.Error(err)
		return
	}
	_, _ = io.WriteString(in, "HTTP/1.1 200 Connection established\r\n\r\n")
	go func() { _, _ = io.Copy(out, buffered); _ = out.Close() }()
	go func() { _, _ = io.Copy(in, out); _ = in.Close() }()
}

// signed returns a sample of the example with the time of now and a signature.
func (a *amazon) signed(t *testing.T, sample string, at time.Time, names ...string) string {
	t.Helper()
	text, err := os.ReadFile("../../../examples/flows/sns-topic/samples/" + sample)
	if err != nil {
		t.Fatal(err)
	}
	message := map[string]string{}
	if err := json.Unmarshal(text, &message); err != nil {
		t.Fatal(err)
	}
	message["Timestamp"] = at.UTC().Format("2006-01-02T15:04:05.000Z")
	var b strings.Builder
	for _, name := range names {
		b.WriteString(name + "\n" + message[name] + "\n")
	}
	sum := sha256.Sum256([]byte(b.String()))
	signature, err := rsa.SignPKCS1v15(rand.Reader, a.key, crypto.SHA256, sum[:])
	if err != nil {
		t.Fatal(err)
	}
	message["Signature"] = base64.StdEncoding.EncodeToString(signature)
	if text, err = json.Marshal(message); err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func sendSNS(t *testing.T, p *process, body string) int {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, p.base+"/aws/orders", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "text/plain; charset=UTF-8")
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, resp.Body)
	return resp.StatusCode
}

// TestTopicOfSNS serves the example sns-topic: a subscription is confirmed at the host
// of SNS through the egress of the file, and messages of the topic start runs.
func TestTopicOfSNS(t *testing.T) {
	t.Parallel()
	a := newAmazon(t)
	example, err := os.ReadFile("../../../examples/flows/sns-topic/sns_topic.hcl")
	if err != nil {
		t.Fatal(err)
	}
	s := newSite(t, string(example)+fmt.Sprintf("gateway {\n  egress { proxy = %q }\n}\n", a.proxy))
	s.env = []string{"SSL_CERT_FILE=" + a.roots, "SSL_CERT_DIR=" + t.TempDir()}
	p := s.start(t)
	now := time.Now()
	confirmation := a.signed(t, "confirmation.json", now, "Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")
	order := a.signed(t, "notification.json", now, "Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")
	for _, c := range []struct {
		name, body string
		status     int
	}{
		{"another token", strings.Replace(confirmation, "2336412f37fb", "2336412f37fc", 1), 401},
		{"the confirmation", confirmation, 200},
		{"an order", order, 200},
		{"the order again", order, 200},
		{"another order", strings.Replace(order, "A-1001", "A-1002", 1), 401},
		{"another topic", strings.Replace(order, ":orders", ":others", 1), 401},
		{"an old order", a.signed(t, "notification.json", now.Add(-2*time.Hour), "Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"), 401},
	} {
		if got := sendSNS(t, p, c.body); got != c.status {
			t.Errorf("%s: %d, want %d\n%s", c.name, got, c.status, p.lines)
		}
	}
	signaltest.Repeat(t, "the run of the order", func() bool {
		return strings.Contains(runManaged(t, p, "runs", "list", "--flow", "sns_topic", "--state", "succeeded", "--json"), `"sns_topic"`)
	})
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.confirmed) != 1 || !strings.Contains(a.confirmed[0], "Action=ConfirmSubscription") || !strings.HasSuffix(a.confirmed[0], "Token=2336412f37fb687f5d51e6e2425e90c4") {
		t.Errorf("confirmed %q", a.confirmed)
	}
	if a.fetched != 1 {
		t.Errorf("the certificate was fetched %d times", a.fetched)
	}
}
