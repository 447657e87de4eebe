package acme

import (
	"crypto/tls"
	"errors"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/caddyserver/certmagic"
	"go.uber.org/zap"

	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/internal/redact"
	"github.com/webhook-gateway/gateway/store"
)

// Manager keeps the certificates of the settings that serve.
type Manager struct {
	storage certmagic.Storage // nil if the gateway has no place for certificates
	log     *zap.Logger

	mu       sync.Mutex
	settings *Settings // nil if no certificates are wanted
	listener net.Addr  // nil before Start
	stopped  bool
	serving  atomic.Pointer[serving]
}

// serving is a set of certificates, and the set that it replaces.
type serving struct{ now, before *certificates }

// pickFallback returns the certificates that serve where the next settings have
// none. Settings that obtained less than they name do not replace those before.
func (s *serving) pickFallback() *certificates {
	if s.before == nil || s.now.isComplete() {
		return s.now
	}
	return s.before
}

// Options say where a manager keeps its files.
type Options struct {
	// Files is the part of a shared store that keeps them, sealed; nil for the
	// folder.
	Files  store.CertificateFiles
	Sealer *redact.Sealer
	Clock  clock.Clock // of the waits for locks
	Folder string      // "" for none
	Log    *zap.Logger
}

// New returns a manager that obtains nothing before Start.
func New(o Options) *Manager {
	m := &Manager{log: newLog(o.Log)}
	switch {
	case o.Files != nil:
		m.storage = &sharedStorage{files: o.Files, sealer: o.Sealer, clock: o.Clock, log: m.log}
	case o.Folder != "":
		m.storage = &certmagic.FileStorage{Path: o.Folder}
	}
	return m
}

// Check reports whether the settings can be applied.
func (m *Manager) Check(s *Settings) error {
	if s != nil && m.storage == nil {
		return errors.New("this gateway has no folder for certificates, so it can't obtain any; use cert and key instead of acme")
	}
	return nil
}

// Start begins to obtain certificates. The listener must accept connections,
// because the authority connects to it.
func (m *Manager) Start(listener net.Addr) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.listener = listener
	m.replace()
}

// Apply takes the settings of a configuration, nil if it wants no certificates. It
// returns before they are obtained. Until then, the certificates of the settings
// before serve the domains that both have.
func (m *Manager) Apply(s *Settings) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if s.equal(m.settings) {
		return
	}
	m.settings = s
	m.replace()
}

// replace puts the certificates of the settings in the place of those that serve.
func (m *Manager) replace() {
	if m.listener == nil || m.stopped {
		return
	}
	next := &serving{}
	if last := m.serving.Load(); last != nil {
		last.now.stop()
		next.before = last.pickFallback()
	}
	if m.settings == nil {
		m.serving.Store(nil)
		return
	}
	next.now = newCertificates(*m.settings, m.storage, m.listener, m.log)
	m.serving.Store(next)
	next.now.manage()
}

// Stop ends attempts to obtain certificates. Those that were obtained serve on.
func (m *Manager) Stop() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if s := m.serving.Load(); s != nil && !m.stopped {
		s.now.stop()
	}
	m.stopped = true
}

// Ends returns when the certificates that serve end, by domain.
func (m *Manager) Ends() map[string]time.Time {
	if s := m.serving.Load(); s != nil {
		return s.now.ends()
	}
	return nil
}

var errNoCertificate = errors.New("there is no certificate for this name")

// Certificate returns the certificate for a connection, or the answer to the test
// of an authority.
func (m *Manager) Certificate(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	s := m.serving.Load()
	if s == nil || !s.now.covers(hello.ServerName) {
		return nil, errNoCertificate
	}
	cert, err := s.now.config.GetCertificate(hello)
	if err != nil && s.before != nil && !IsChallenge(hello) && s.before.covers(hello.ServerName) {
		cert, err = s.before.config.GetCertificate(hello)
	}
	if err != nil {
		return nil, err
	}
	return cert, nil
}
