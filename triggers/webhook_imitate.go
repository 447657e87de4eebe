package triggers

import (
	"errors"
	"fmt"

	"github.com/webhook-gateway/gateway/auth"
	"github.com/webhook-gateway/gateway/flow"
)

// imitate makes a request pass one of the checks, see flow.HTTPPart.
func (w *webhook) imitate(s *flow.Sample, kind string) error {
	if len(w.checks) == 0 {
		return nil
	}
	var failed error
	for _, c := range w.checks {
		if kind != "" && w.checkKinds[c] != kind {
			continue
		}
		r := &auth.Request{Method: s.Method, PublicURL: s.BaseURL, URI: s.URI, Header: s.Header, Query: s.Query, Body: s.Body, Now: s.Now}
		err := auth.Imitate(c, r)
		if err == nil {
			s.ClientCertificate = r.ClientCertificate
			return nil
		}
		failed = errors.Join(failed, fmt.Errorf("auth %q: %w", w.checkKinds[c], err))
	}
	if failed == nil {
		return fmt.Errorf("the trigger has no auth %q", kind)
	}
	return failed
}
