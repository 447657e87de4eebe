package gateway

import (
	"fmt"
	"runtime/debug"
	"time"

	"github.com/hashicorp/hcl/v2"
	"go.uber.org/zap"

	"github.com/webhook-gateway/gateway/config/load"
	"github.com/webhook-gateway/gateway/gateway/watch"
	"github.com/webhook-gateway/gateway/internal/redact"
)

// Load is the result of a load of the flow files. It never changes after Reload
// returned it.
type Load struct {
	Cause  string
	At     time.Time // when it had ended
	Took   time.Duration
	OK     bool
	Config *load.Config
	Diags  hcl.Diagnostics
	read   map[string]load.Digest // all that was read, by path in the file system
	retry  bool                   // it failed for what may pass without an edit

	LastGood     time.Time
	FailingSince time.Time // of the first failure in a row
	Failures     int       // in a row
}

// Reload loads the flow files and puts them into service. On any error the
// flows that serve go on serving; the log, the metrics and the status say why,
// so callers need not. The cause is a word for the log. It is safe for
// concurrent use; one load comes after the other.
func (g *Gateway) Reload(cause string) *Load {
	g.reloading.Lock()
	defer g.reloading.Unlock()
	if g.closed {
		return &Load{
			Cause: cause, At: time.Now(), Config: &load.Config{},
			Diags: hcl.Diagnostics{failure("The gateway is closed", "It loads no more files.")},
		}
	}
	last := g.reload.Load()
	r := g.tryLoad(cause)
	g.note(r)
	g.logReload(r, last)
	if r.OK {
		g.logRestartNeeded(g.restartNeeded(r.Config), g.restartNeeded(last.Config))
	}
	return r
}

// tryLoad loads and swaps. A panic on the way is a finding: whatever an edit
// does, the process lives.
func (g *Gateway) tryLoad(cause string) (r *Load) {
	began := time.Now()
	r = &Load{Cause: cause, Config: &load.Config{}}
	defer func() {
		if p := recover(); p != nil {
			g.log.Error("panic while loading", zap.String("panic", g.hideFrom(r, fmt.Sprint(p))), zap.String("stack", g.hideFrom(r, string(debug.Stack()))))
			r.Diags = append(r.Diags, failure("Internal error", "The files could not be loaded. The log says more; please report it."))
		}
		r.At, r.OK = time.Now(), !r.Diags.HasErrors()
		r.Took = r.At.Sub(began)
		if r.read == nil && len(g.opts.Watch) > 0 {
			r.read = watch.Digests(g.opts.Watch)
		}
	}()
	c, diags := g.opts.Load()
	r.Config, r.Diags = c, diags
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
		r.Diags = append(r.Diags, failure("Can't be put into service", err.Error()))
	}
	return r
}

// hideFrom takes out of a text what the configuration that serves and the one
// that was loaded call secret.
func (g *Gateway) hideFrom(r *Load, text string) string {
	return g.log.Redact(redact.New(r.Config.Secrets).Text(text))
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
func (g *Gateway) note(r *Load) {
	r.LastGood = r.At
	if last := g.reload.Load(); last != nil && !r.OK {
		r.LastGood, r.Failures, r.FailingSince = last.LastGood, last.Failures+1, last.FailingSince
		if last.OK {
			r.FailingSince = r.At
		}
	}
	g.reload.Store(r)
	g.metrics.ObserveLoad(r.OK, r.At, r.Took, countEnabled(r.Config.Flows))
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

// restartNeeded lists the settings that a configuration has other than the
// process was started with, and that only a new start puts to use.
func (g *Gateway) restartNeeded(c *load.Config) []string {
	out := []string{}
	if c.Gateway.Limits == nil {
		return out // it had errors
	}
	was, is := g.initial, &c.Gateway
	for _, s := range []struct {
		name string
		same bool
	}{
		{"listen", was.Listen == is.Listen},
		{"admin.listen", was.Admin.Listen == is.Admin.Listen},
		{"limits.headers", was.Limits.Headers == is.Limits.Headers},
		{"tls", (was.TLS == nil) == (is.TLS == nil)},
	} {
		if !s.same {
			out = append(out, s.name)
		}
	}
	return out
}
