package acme

import (
	"crypto/tls"
	"errors"
	"net"
	"sync"
	"sync/atomic"

	"go.uber.org/zap"
)

// Manager keeps the certificates of the settings that serve.
type Manager struct {
	folder string
	log    *zap.Logger

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

// New returns a manager that keeps its files in a folder.
func New(folder string, log *zap.Logger) *Manager {
	return &Manager{folder: folder, log: newLog(log)}
}

// Check reports whether the settings can be applied.
func (m *Manager) Check(s *Settings) error {
	if s != nil && m.folder == "" {
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
	next.now = newCertificates(*m.settings, m.folder, m.listener, m.log)
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
