package gateway

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/internal/redact"
)

// mostFindings is how many findings of one load are logged; all of them are in
// the status.
const mostFindings = 20

// reloaded says how a reload went. A failure that repeats the one before is
// said once.
func (l *logs) reloaded(r, before *loadResult) {
	found := l.findings(r)
	again := before != nil && before.ok == r.ok && slices.Equal(found, l.findings(before))
	fields := []zap.Field{zap.String("cause", r.cause), zap.Duration("took", r.took)}
	switch {
	case r.ok:
		l.out.Info("reloaded", append(fields, zap.Int("flows", enabled(r.config.Flows)))...)
	case again:
		l.out.Debug("reload failed as before", fields...)
	default:
		l.out.Error("reload failed: the flows that serve go on serving", append(fields, zap.Int("findings", len(found)))...)
	}
	if again {
		return
	}
	level := zapcore.ErrorLevel
	if r.ok {
		level = zapcore.WarnLevel
	}
	for _, f := range found[:min(len(found), mostFindings)] {
		if line := l.out.Check(level, f.text); line != nil {
			if f.at == "" {
				line.Write()
				continue
			}
			line.Write(zap.String("at", f.at))
		}
	}
}

// found is a finding as the log has it.
type found struct {
	at   string // file:line
	text string
}

// findings lists why a load failed, or the warnings of one that did not.
func (l *logs) findings(r *loadResult) []found {
	hide := redact.New(r.config.Secrets)
	var out []found
	for _, d := range diag.Sort(r.diags) {
		if d.Severity != hcl.DiagError && !r.ok {
			continue
		}
		f := found{text: l.clean(hide.Text(d.Summary + ": " + d.Detail))}
		if d.Subject != nil {
			f.at = fmt.Sprintf("%s:%d", d.Subject.Filename, d.Subject.Start.Line)
		}
		out = append(out, f)
	}
	return out
}

// restartNeeded warns of settings that changed but hold from the next start
// on only. before lists those that were warned of already.
func (l *logs) restartNeeded(settings, before []string) {
	if len(settings) > 0 && !slices.Equal(settings, before) {
		l.out.Warn("settings have changed that take effect at the next start", zap.String("settings", strings.Join(settings, ", ")))
	}
}
