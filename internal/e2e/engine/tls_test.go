package engine_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/webhook-gateway/gateway/gateway"
	"github.com/webhook-gateway/gateway/gateway/telemetry"
	"github.com/webhook-gateway/gateway/internal/httpserver"
)

// certify writes a certificate for localhost with a serial number and its key.
func certify(t *testing.T, dir string, serial int64) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: "localhost"}, DNSNames: []string{"localhost"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	cert, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	for name, block := range map[string]*pem.Block{"tls.crt": {Type: "CERTIFICATE", Bytes: cert}, "tls.key": {Type: "PRIVATE KEY", Bytes: private}} {
		next := filepath.Join(dir, name+".next")
		if err := os.WriteFile(next, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(next, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
}

func withTLS(dir string) string {
	return fmt.Sprintf("gateway {\n  tls {\n    cert = %q\n    key  = %q\n  }\n}\n", filepath.Join(dir, "tls.crt"), filepath.Join(dir, "tls.key")) + one("", "")
}

// listenAndRun serves on a port of loopback until the test ends.
func listenAndRun(t *testing.T, g *gateway.Gateway) string {
	t.Helper()
	public, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- g.Run(ctx, public) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return public.Addr().String()
}

// postTLS sends a request on a new connection and returns the serial number of
// the certificate and the version of HTTP.
func postTLS(t *testing.T, addr string) (serial int64, proto string) {
	t.Helper()
	transport := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, ForceAttemptHTTP2: true}
	defer transport.CloseIdleConnections()
	response, err := (&http.Client{Transport: transport}).Post("https://"+addr+"/x", "text/plain", strings.NewReader("body"))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if body, err := io.ReadAll(response.Body); err != nil || string(body) != "ok" {
		t.Errorf("%s %s %v", response.Status, body, err)
	}
	return response.TLS.PeerCertificates[0].SerialNumber.Int64(), response.Proto
}

// TestOldTLSIsRefused: TLS 1.1 and older versions get no connection.
func TestOldTLSIsRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	certify(t, dir, 1)
	l := newLab(t)
	l.write(withTLS(dir))
	addr := listenAndRun(t, l.start())
	for version, want := range map[uint16]bool{tls.VersionTLS10: false, tls.VersionTLS11: false, tls.VersionTLS12: true, tls.VersionTLS13: true} {
		dialer := &tls.Dialer{Config: &tls.Config{InsecureSkipVerify: true, MinVersion: version, MaxVersion: version}}
		c, err := dialer.DialContext(t.Context(), "tcp", addr)
		if (err == nil) != want {
			t.Errorf("%s: %v", tls.VersionName(version), err)
		}
		if c != nil {
			_ = c.Close()
		}
	}
}

func TestTLS(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	certify(t, dir, 1)
	l := newLab(t)
	l.write(withTLS(dir))
	g := l.start()
	addr := listenAndRun(t, g)
	wantSerial := func(want int64) {
		t.Helper()
		if serial, proto := postTLS(t, addr); serial != want || proto != "HTTP/2.0" {
			t.Errorf("certificate %d by %s, want %d", serial, proto, want)
		}
	}
	wantSerial(1)

	certify(t, dir, 2)
	if !g.Reload("test").OK {
		t.Fatal(g.LastLoad().Diags)
	}
	wantSerial(2)

	if err := os.WriteFile(filepath.Join(dir, "tls.key"), []byte("half of a k"), 0o600); err != nil {
		t.Fatal(err)
	}
	if g.Reload("test").OK {
		t.Error("a broken key was loaded")
	}
	wantSerial(2)

	l.write(one("", ""))
	if !g.Reload("test").OK {
		t.Error(g.LastLoad().Diags)
	}
	l.lines.await(0, "take effect at the next start", `"settings":"tls"`)
	wantSerial(2)

	response, err := http.Post("http://"+addr+"/x", "text/plain", nil)
	if err != nil {
		t.Fatal(err)
	}
	if _ = response.Body.Close(); response.StatusCode != http.StatusBadRequest {
		t.Errorf("HTTP on the port of HTTPS: %s", response.Status)
	}
}

// The watcher finds a renewed certificate, because a load reads its files like all
// others.
func TestTLSFilesAreWatched(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	certify(t, dir, 1)
	d := &disk{lab: newLab(t)}
	*d = *onDisk(t, false, func(flows string) {
		d.must(os.WriteFile(filepath.Join(flows, "main.hcl"), []byte(withTLS(dir)), 0o600))
	})
	addr := listenAndRun(t, d.g)
	if serial, _ := postTLS(t, addr); serial != 1 {
		t.Fatalf("certificate %d", serial)
	}
	if text := endOf(t, d.g, "localhost"); text == "" {
		t.Error("the metrics do not show the end of the certificate")
	}
	d.after(func() { certify(t, dir, 2) }, `"msg":"reloaded"`)
	if serial, _ := postTLS(t, addr); serial != 2 {
		t.Errorf("certificate %d", serial)
	}
}

// endOf returns when the certificate for a name ends, as the metrics show it; "" if they
// do not.
func endOf(t *testing.T, g *gateway.Gateway, name string) string {
	t.Helper()
	w := httptest.NewRecorder()
	g.MetricsHandler().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil))
	found := regexp.MustCompile(`gateway_certificate_expiry_timestamp_seconds\{name="` + regexp.QuoteMeta(name) + `"\} (\d\.\d+e\+09)`).FindStringSubmatch(w.Body.String())
	if found == nil {
		return ""
	}
	return found[1]
}

// The number of log lines about failed connections has a bound.
func TestConnectionErrorsAreBounded(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.write(one("", ""))
	g := l.start()
	lines := httpserver.New(g, 1, telemetry.NewLog(withinOneSecond(l.opts.Log)).Sampled).ErrorLog
	for i := range 1000 {
		lines.Printf("http: TLS handshake error from 192.0.2.7:%d: EOF", i)
	}
	got := l.lines.all(`"msg":"connection error"`, "TLS handshake error")
	if len(got) != 109 {
		t.Errorf("%d lines of 1000, want the first 100 and each hundredth", len(got))
	}
}
