package gateway

import (
	"fmt"
	"runtime/debug"
	"time"

	"github.com/hashicorp/hcl/v2"
	"go.uber.org/zap"

	"github.com/webhook-gateway/gateway/config/load"
	"github.com/webhook-gateway/gateway/internal/redact"
)

// loadResult is how a load went. It is never changed once it was noted.
type loadResult struct {
	cause  string
	at     time.Time // when it had ended
	took   time.Duration
	ok     bool
	config *load.Config
	diags  hcl.Diagnostics
	read   map[string]load.Digest // all that was read, by path in the file system
	retry  bool                   // it failed for what may pass without an edit

	lastGood time.Time
	since    time.Time // of the first failure in a row
	failures int       // in a row
}

// Reload loads the flow files and puts them into service. On any error the
// flows that serve go on serving; the log, the metrics and the status say why,
// so callers need not. The cause is a word for the log. It is safe for
// concurrent use; one load comes after the other.
func (g *Gateway) Reload(cause string) (*load.Config, hcl.Diagnostics) {
	r := g.reloadNow(cause)
	return r.config, r.diags
}

func (g *Gateway) reloadNow(cause string) *loadResult {
	g.reloading.Lock()
	defer g.reloading.Unlock()
	if g.closed {
		return &loadResult{
			cause: cause, at: time.Now(), config: &load.Config{},
			diags: hcl.Diagnostics{failure("The gateway is closed", "It loads no more files.")},
		}
	}
	last := g.reload.Load()
	r := g.tryLoad(cause)
	g.note(r)
	g.logReload(r, last)
	if r.ok {
		g.logRestartNeeded(g.restartNeeded(r.config), g.restartNeeded(last.config))
	}
	return r
}

// tryLoad loads and swaps. A panic on the way is a finding: whatever an edit
// does, the process lives.
func (g *Gateway) tryLoad(cause string) (r *loadResult) {
	began := time.Now()
	r = &loadResult{cause: cause, config: &load.Config{}}
	defer func() {
		if p := recover(); p != nil {
			g.log.Error("panic while loading", zap.String("panic", g.hideFrom(r, fmt.Sprint(p))), zap.String("stack", g.hideFrom(r, string(debug.Stack()))))
			r.diags = append(r.diags, failure("Internal error", "The files could not be loaded. The log says more; please report it."))
		}
		r.at, r.ok = time.Now(), !r.diags.HasErrors()
		r.took = r.at.Sub(began)
		if r.read == nil && len(g.opts.Watch) > 0 {
			r.read = g.look(nil).digests
		}
	}()
	c, diags := g.opts.Load()
	r.config, r.diags = c, diags
	if diags.HasErrors() {
		r.read = digests(c)
		return r
	}
	cert, err := readCertificate(c.Gateway.TLS)
	r.read = digests(c, cert.sources...)
	if err == nil {
		err = g.swap(c, cert)
		r.retry = err != nil
	}
	if err != nil {
		r.diags = append(r.diags, failure("Can't be put into service", err.Error()))
	}
	return r
}

// hideFrom takes out of a text what the configuration that serves and the one
// that was loaded call secret.
func (g *Gateway) hideFrom(r *loadResult, text string) string {
	return g.log.Redact(redact.New(r.config.Secrets).Text(text))
}

// swap puts a configuration into service and retires the one before.
func (g *Gateway) swap(c *load.Config, cert certificate) error {
	s, err := g.opener.Open(c)
	if err != nil {
		return err
	}
	g.log.SetSecrets(s.Redactor)
	if cert.pair != nil {
		g.certificate.Store(cert.pair)
	}
	g.current.Swap(s)
	if g.durable != nil {
		g.durable.ticker.Reload()
	}
	return nil
}

// note makes a result the last one.
func (g *Gateway) note(r *loadResult) {
	r.lastGood = r.at
	if last := g.reload.Load(); last != nil && !r.ok {
		r.lastGood, r.failures, r.since = last.lastGood, last.failures+1, last.since
		if last.ok {
			r.since = r.at
		}
	}
	g.reload.Store(r)
	g.metrics.ObserveLoad(r.ok, r.at, r.took, countEnabled(r.config.Flows))
}

// digests lists what a load has read.
func digests(c *load.Config, more ...load.Source) map[string]load.Digest {
	out := make(map[string]load.Digest, len(c.Read)+len(more))
	for _, s := range append(more, c.Read...) {
		out[s.Path] = s.Digest
	}
	return out
}

func failure(summary, detail string) *hcl.Diagnostic {
	return &hcl.Diagnostic{Severity: hcl.DiagError, Summary: summary, Detail: detail}
}
