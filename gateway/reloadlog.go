package gateway

import (
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"go.uber.org/zap"

	"github.com/webhook-gateway/gateway/config/diag"
)

// mostFindings is how many findings of one load are logged; all of them are in
// the status.
const mostFindings = 20

// reloaded says how a reload went. A failure that repeats the one before is
// said once.
func (l *logs) reloaded(r, before *loadResult) {
	hide := newRedactor(r.config.Secrets)
	texts := func(r *loadResult) []string {
		var out []string
		for _, d := range diag.Sort(r.diags) {
			if d.Severity == hcl.DiagError || r.ok {
				out = append(out, l.clean(hide.clean(d.Error())))
			}
		}
		return out
	}
	found := texts(r)
	again := before != nil && before.ok == r.ok && slices.Equal(found, texts(before))
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
	for _, text := range found[:min(len(found), mostFindings)] {
		if r.ok {
			l.out.Warn("finding", zap.String("finding", text))
		} else {
			l.out.Error("finding", zap.String("finding", text))
		}
	}
}

// restartNeeded warns of settings that changed but hold from the next start
// on only. before lists those that were warned of already.
func (l *logs) restartNeeded(settings, before []string) {
	if len(settings) > 0 && !slices.Equal(settings, before) {
		l.out.Warn("settings have changed that take effect at the next start", zap.String("settings", strings.Join(settings, ", ")))
	}
}
