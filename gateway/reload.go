package gateway

import (
	"fmt"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hashicorp/hcl/v2"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/config/load"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/gateway/acme"
	"github.com/webhook-gateway/gateway/gateway/snapshot"
	"github.com/webhook-gateway/gateway/gateway/telemetry"
	"github.com/webhook-gateway/gateway/gateway/watch"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/internal/redact"
)

// Load is the result of a load of the flow files. It never changes after Reload
// returned it.
type Load struct {
	Cause  string
	At     time.Time // when it ended
	Took   time.Duration
	OK     bool
	Config *load.Config
	Diags  hcl.Diagnostics

	LastGood     time.Time
	FailingSince time.Time // of the first failure in a row
	Failures     int       // in a row

	Read  map[string]load.Digest // digests of the files, by path in the file system
	Retry bool                   // the failure may pass without an edit
}

// reloader loads the flow files and puts them into service. Every step that can
// fail comes before the swap, so a failed load changes nothing.
type reloader struct {
	load      func() (*load.Config, hcl.Diagnostics)
	scanned   func(read map[string]load.Digest) // see Options.Scanned; may be nil
	watched   []string                          // paths of the flow files
	clock     clock.Clock
	log       *telemetry.Log
	metrics   *telemetry.Metrics
	opener    *snapshot.Opener
	snapshots *snapshot.Holder
	acme      *acme.Manager
	swapped   func() // called after a swap
	leftover  *leftover

	mu          sync.Mutex // held by the one load at work
	closed      bool
	initial     *load.Gateway // settings of the first load
	serving     []*flow.Flow  // of the last good load
	last        atomic.Pointer[Load]
	certificate atomic.Pointer[certificate] // of the last good load that had one
}

// loadFirst does the first load. It reports no failure: the caller has the
// result.
func (r *reloader) loadFirst() *Load {
	l := r.tryLoad("start")
	if l.OK {
		r.initial, r.serving = &l.Config.Gateway, l.Config.Flows
		r.setLast(l)
	}
	return l
}

// reload does a further load. It logs why a load failed; then the flows that
// serve continue to serve. One load comes after the other. scanned has the digests of
// files that were just read; it may be nil.
func (r *reloader) reload(cause string, scanned map[string]load.Digest) *Load {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return &Load{
			Cause: cause, At: r.clock.Now(), Config: &load.Config{},
			Diags: hcl.Diagnostics{newFinding("The gateway is closed", "A closed gateway loads no files.")},
		}
	}
	last := r.last.Load()
	if r.scanned != nil {
		r.scanned(scanned)
	}
	l := r.tryLoad(cause)
	r.setLast(l)
	r.logResult(l, last)
	if l.OK {
		r.serving = l.Config.Flows
		r.logRestartNeeded(r.restartNeeded(l.Config), r.restartNeeded(last.Config))
	}
	return l
}

// close waits for the load at work and refuses further ones.
func (r *reloader) close() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.closed = true
}

// tryLoad loads and swaps. A panic becomes a finding: no edit of a file may end
// the process.
func (r *reloader) tryLoad(cause string) (l *Load) {
	began := r.clock.Now()
	defer r.leftover.measure()()
	l = &Load{Cause: cause, Config: &load.Config{}}
	defer func() {
		if p := recover(); p != nil {
			r.log.Error("panic while loading", zap.String("panic", r.redactText(l, fmt.Sprint(p))), zap.String("stack", r.redactText(l, string(debug.Stack()))))
			l.Diags = append(l.Diags, newFinding("Internal error", "The files could not be loaded. The log says more; please report it."))
		}
		l.At, l.OK = r.clock.Now(), !l.Diags.HasErrors()
		l.Took = l.At.Sub(began)
		if l.Read == nil && len(r.watched) > 0 {
			l.Read = watch.Digests(r.watched)
		}
	}()
	l.Config, l.Diags = r.load()
	if l.Diags.HasErrors() {
		l.Read = digestsOf(l.Config.Read)
		return l
	}
	cert, err := readCertificate(&l.Config.Gateway)
	l.Read = digestsOf(append(cert.sources, l.Config.Read...))
	if err == nil {
		err = r.acme.Check(cert.acme)
	}
	if err == nil {
		err = r.swap(l.Config, cert)
		l.Retry = err != nil
	}
	if err != nil {
		l.Diags = append(l.Diags, newFinding("The configuration cannot be put into service", err.Error()))
	}
	return l
}

// swap puts a configuration into service and retires the one before.
func (r *reloader) swap(c *load.Config, cert certificate) error {
	s, err := r.opener.Open(c)
	if err != nil {
		return err
	}
	r.log.SetSecrets(s.Redactor)
	r.setCertificate(cert)
	r.snapshots.Swap(s)
	r.swapped()
	return nil
}

// setLast makes a result the last one.
func (r *reloader) setLast(l *Load) {
	l.LastGood = l.At
	if last := r.last.Load(); last != nil && !l.OK {
		l.LastGood, l.Failures, l.FailingSince = last.LastGood, last.Failures+1, last.FailingSince
		if last.OK {
			l.FailingSince = l.At
		}
	}
	r.last.Store(l)
	r.metrics.ObserveLoad(l.OK, l.At, l.Took, countEnabled(l.Config.Flows))
}

// redactText takes the secrets of a load and those of the configuration that serves
// out of a text.
func (r *reloader) redactText(l *Load, text string) string {
	return r.log.Redact(redact.New(l.Config.Secrets).Text(text))
}

// restartNeeded lists the settings of a configuration that differ from those at
// the start and that only the next start applies.
func (r *reloader) restartNeeded(c *load.Config) []string {
	out := []string{}
	if c.Gateway.Limits == nil {
		return out // the configuration had errors
	}
	was, is := r.initial, &c.Gateway
	for _, s := range []struct {
		name string
		same bool
	}{
		{"listen", was.Listen == is.Listen},
		{"admin.listen", was.Admin.Listen == is.Admin.Listen},
		{"limits.headers", was.Limits.Headers == is.Limits.Headers},
		{"proxy_protocol", was.ProxyProtocol == is.ProxyProtocol},
		{"tls", (was.TLS == nil) == (is.TLS == nil)},
	} {
		if !s.same {
			out = append(out, s.name)
		}
	}
	return out
}

// logRestartNeeded warns of settings that take effect at the next start. before
// lists those of the last warning.
func (r *reloader) logRestartNeeded(settings, before []string) {
	if len(settings) > 0 && !slices.Equal(settings, before) {
		r.log.Warn("settings have changed that take effect at the next start", zap.String("settings", strings.Join(settings, ", ")))
	}
}

// maxLogged is the number of findings of one load that are logged. The status
// has all of them.
const maxLogged = 20

// logResult logs the result of a reload. It logs a failure that repeats the one
// before only once.
func (r *reloader) logResult(l, before *Load) {
	findings := r.listFindings(l)
	repeated := before.OK == l.OK && slices.Equal(findings, r.listFindings(before))
	fields := []zap.Field{zap.String("cause", l.Cause), zap.Duration("took", l.Took)}
	switch {
	case l.OK:
		fields = append(fields, zap.Int("flows", countEnabled(l.Config.Flows)))
		r.log.Info("reloaded", append(fields, describeEdits(r.serving, l.Config.Flows)...)...)
	case repeated:
		r.log.Debug("reload failed as before", fields...)
	default:
		r.log.Error("reload failed: the last good configuration stays in service", append(fields, zap.Int("findings", len(findings)))...)
	}
	if repeated {
		return
	}
	level := zapcore.ErrorLevel
	if l.OK {
		level = zapcore.WarnLevel
	}
	for _, f := range findings[:min(len(findings), maxLogged)] {
		var at []zap.Field
		if f.at != "" {
			at = append(at, zap.String("at", f.at))
		}
		r.log.Log(level, f.text, at...)
	}
}

// finding is a finding of a load in the form of the log.
type finding struct {
	at   string // file:line
	text string
}

// listFindings lists the errors of a failed load, or the warnings of another one.
func (r *reloader) listFindings(l *Load) []finding {
	var out []finding
	for _, d := range diag.Sort(l.Diags) {
		if d.Severity != hcl.DiagError && !l.OK {
			continue
		}
		f := finding{text: r.redactText(l, d.Summary+": "+d.Detail)}
		if d.Subject != nil {
			f.at = fmt.Sprintf("%s:%d", d.Subject.Filename, d.Subject.Start.Line)
		}
		out = append(out, f)
	}
	return out
}

// newFinding returns an error that belongs to no place in the files.
func newFinding(summary, detail string) *hcl.Diagnostic {
	return &hcl.Diagnostic{Severity: hcl.DiagError, Summary: summary, Detail: detail}
}

// digestsOf lists the digests of files by path.
func digestsOf(sources []load.Source) map[string]load.Digest {
	out := make(map[string]load.Digest, len(sources))
	for _, s := range sources {
		out[s.Path] = s.Digest
	}
	return out
}

// countEnabled returns the number of enabled flows.
func countEnabled(flows []*flow.Flow) int {
	n := 0
	for _, f := range flows {
		if f.Enabled {
			n++
		}
	}
	return n
}
