package triggers

import (
	"errors"
	"fmt"

	"github.com/webhook-gateway/gateway/auth"
	"github.com/webhook-gateway/gateway/flow"
)

// imitate makes a request pass one of the checks, see flow.HTTPPart. If only the
// sender could, the request is to be trusted.
func (w *webhook) imitate(s *flow.Sample, kind string) error {
	if len(w.checks) == 0 {
		return nil
	}
	var failed error
	for i, c := range w.checks {
		written := w.written[i].kind
		if kind != "" && written != kind {
			continue
		}
		r := &auth.Request{Method: s.Method, PublicURL: s.BaseURL, URI: s.URI, Header: s.Header, Query: s.Query, Body: s.Body, Now: s.Now}
		err := auth.Imitate(c, r)
		if err == nil {
			s.ClientCertificate, s.Body, s.TrustedAs = r.ClientCertificate, r.Body, ""
			return nil
		}
		var cannot *auth.CannotImitateError
		if errors.As(err, &cannot) && s.TrustedAs == "" {
			s.TrustedAs = written
		}
		failed = errors.Join(failed, fmt.Errorf("auth %q: %w", written, err))
	}
	if failed == nil {
		return fmt.Errorf("the trigger has no auth %q", kind)
	}
	return failed
}

// trustedCheck returns the check that a request is taken to have passed, see
// flow.TrustSample; nil for none.
func (w *webhook) trustedCheck(kind string) auth.Check {
	if kind == "" {
		return nil
	}
	for i, c := range w.checks {
		if w.written[i].kind == kind {
			return c
		}
	}
	return nil
}

// acceptTrusted returns the caller of a trusted request.
func acceptTrusted(c auth.Check) auth.Accepted {
	out := auth.Accepted{Check: c, Caller: auth.Caller{Name: auth.UserName(c)}}
	if out.Name == "" && auth.NamesCaller(c) {
		out.Name = "test"
	}
	if auth.HasClaims(c) {
		out.Claims = map[string]any{"sub": "test"}
	}
	return out
}
