package gateway

import (
	"crypto/tls"
	"errors"
)

// certificate is the certificate of the configuration that serves.
func (g *Gateway) certificate(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	s := g.acquire()
	if s == nil {
		return nil, errors.New("the gateway is closed")
	}
	defer s.release()
	if s.certificate == nil {
		return nil, errors.New("the configuration that serves has no certificate any more; restart to serve without TLS")
	}
	return s.certificate, nil
}

func (s *snapshot) loadCertificate() error {
	t := s.config.Gateway.TLS
	if t == nil {
		return nil
	}
	c, err := tls.LoadX509KeyPair(t.Cert, t.Key)
	if err != nil {
		return err
	}
	s.certificate = &c
	return nil
}
