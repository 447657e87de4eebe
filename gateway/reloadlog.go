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

// logReload says how a reload went. A failure that repeats the one before is
// said once.
func (g *Gateway) logReload(r, before *Load) {
	found := g.findingLines(r)
	again := before != nil && before.OK == r.OK && slices.Equal(found, g.findingLines(before))
	fields := []zap.Field{zap.String("cause", r.Cause), zap.Duration("took", r.Took)}
	switch {
	case r.OK:
		g.log.Info("reloaded", append(fields, zap.Int("flows", countEnabled(r.Config.Flows)))...)
	case again:
		g.log.Debug("reload failed as before", fields...)
	default:
		g.log.Error("reload failed: the flows that serve go on serving", append(fields, zap.Int("findings", len(found)))...)
	}
	if again {
		return
	}
	level := zapcore.ErrorLevel
	if r.OK {
		level = zapcore.WarnLevel
	}
	for _, f := range found[:min(len(found), mostFindings)] {
		if line := g.log.Check(level, f.text); line != nil {
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

// findingLines lists why a load failed, or the warnings of one that did not.
func (g *Gateway) findingLines(r *Load) []found {
	hide := redact.New(r.Config.Secrets)
	var out []found
	for _, d := range diag.Sort(r.Diags) {
		if d.Severity != hcl.DiagError && !r.OK {
			continue
		}
		f := found{text: g.log.Redact(hide.Text(d.Summary + ": " + d.Detail))}
		if d.Subject != nil {
			f.at = fmt.Sprintf("%s:%d", d.Subject.Filename, d.Subject.Start.Line)
		}
		out = append(out, f)
	}
	return out
}

// logRestartNeeded warns of settings that changed but hold from the next start
// on only. before lists those that were warned of already.
func (g *Gateway) logRestartNeeded(settings, before []string) {
	if len(settings) > 0 && !slices.Equal(settings, before) {
		g.log.Warn("settings have changed that take effect at the next start", zap.String("settings", strings.Join(settings, ", ")))
	}
}
