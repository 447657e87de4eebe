package gateway

import (
	"time"

	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/config"
)

// reloadResult is how the last load went.
type reloadResult struct {
	at       time.Time
	took     time.Duration
	ok       bool
	diags    hcl.Diagnostics
	files    map[string][]byte // sources of the findings
	lastGood time.Time
	failures int // loads in a row that failed
}

// Reload loads the flow files and puts them into service. On any error the
// flows that serve go on serving. It is safe for concurrent use.
func (g *Gateway) Reload(cause string) (*config.Config, hcl.Diagnostics) {
	g.reloading.Lock()
	defer g.reloading.Unlock()
	began := time.Now()
	c, diags := g.opts.Load()
	if !diags.HasErrors() {
		if err := g.swap(c); err != nil {
			diags = append(diags, openFailure(err))
		}
	}
	g.noteReload(c, diags, &began)
	g.log.reloaded(cause, g.reload.Load())
	return c, diags
}

// swap puts a configuration into service and retires the one before.
func (g *Gateway) swap(c *config.Config) error {
	s, err := g.open(c)
	if err != nil {
		return err
	}
	g.log.hide(c.Secrets)
	if old := g.current.Swap(s); old != nil {
		old.release()
	}
	g.metrics.keepOnly(c.Flows)
	return nil
}

func (g *Gateway) noteReload(c *config.Config, diags hcl.Diagnostics, began *time.Time) {
	now := time.Now()
	r := &reloadResult{at: now, ok: !diags.HasErrors(), diags: diags, files: c.Files, lastGood: now}
	if began != nil {
		r.took = now.Sub(*began)
	}
	if last := g.reload.Load(); last != nil && !r.ok {
		r.lastGood, r.failures = last.lastGood, last.failures+1
	}
	g.reload.Store(r)
	g.metrics.reloaded(r)
}

func openFailure(err error) *hcl.Diagnostic {
	return &hcl.Diagnostic{Severity: hcl.DiagError, Summary: "Can't be put into service", Detail: err.Error()}
}
