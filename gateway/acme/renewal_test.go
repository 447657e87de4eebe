package acme

import (
	"bytes"
	"crypto/tls"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"github.com/caddyserver/certmagic"
	"go.uber.org/zap"

	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/internal/redact"
	"github.com/webhook-gateway/gateway/internal/testutil/certtest"
)

const renewedDomain = "renewed.example.com"

// storeCertificate stores a new certificate as the gateway that obtained it does.
func storeCertificate(t *testing.T, files *memoryFiles, issuer string) certtest.Pair {
	t.Helper()
	pair, storage := certtest.New(t, renewedDomain), newShared(files)
	for name, content := range map[string]string{
		certmagic.StorageKeys.SiteCert(issuer, renewedDomain):       pair.Cert,
		certmagic.StorageKeys.SitePrivateKey(issuer, renewedDomain): pair.Key,
		certmagic.StorageKeys.SiteMeta(issuer, renewedDomain):       `{"sans": ["` + renewedDomain + `"]}`,
	} {
		if err := storage.Store(t.Context(), name, []byte(content)); err != nil {
			t.Fatal(err)
		}
	}
	return pair
}

// checkServes fails unless the manager serves the certificate.
func checkServes(t *testing.T, m *Manager, want certtest.Pair) {
	t.Helper()
	conn, other := net.Pipe()
	defer conn.Close()  //nolint:errcheck // it has no data
	defer other.Close() //nolint:errcheck // as above
	got, err := m.Certificate(&tls.ClientHelloInfo{ServerName: renewedDomain, Conn: conn})
	if err != nil {
		t.Fatal(err)
	}
	pair, err := tls.X509KeyPair([]byte(want.Cert), []byte(want.Key))
	if err != nil || !bytes.Equal(got.Certificate[0], pair.Certificate[0]) {
		t.Errorf("another certificate is served, which ends at %v, %v", got.Leaf.NotAfter, err)
	}
}

// A gateway whose certificate ends soon serves the one that another gateway renewed. It
// orders none of its own: there is no authority in this test.
func TestCertificateRenewedByAnotherGateway(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		files := newMemoryFiles()
		settings := Settings{Domains: []string{renewedDomain}, Directory: "https://127.0.0.1:1/directory"}
		m := New(Options{Files: files, Sealer: redact.NewSealer([]byte("0123456789abcdef")), Clock: clock.System{}, Log: zap.NewNop()})
		at := &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 1}
		prepared := newCertificates(settings, m.storage, at, zap.NewNop())
		issuer := prepared.config.Issuers[0].IssuerKey()
		prepared.stop()

		first := storeCertificate(t, files, issuer)
		m.Apply(&settings)
		m.Start(at)
		synctest.Wait()
		defer m.Stop()
		checkServes(t, m, first)

		const untilRenewed = 15 * time.Minute // of the 20 until a third of the lifetime is left
		_ = clock.Sleep(t.Context(), clock.System{}, untilRenewed)
		second := storeCertificate(t, files, issuer)
		checkServes(t, m, first)
		_ = clock.Sleep(t.Context(), clock.System{}, untilRenewed+time.Minute)
		synctest.Wait()
		checkServes(t, m, second)
	})
}
