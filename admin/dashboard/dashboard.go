// Package dashboard serves the pages of the admin listener: for people who own
// flows, a thin face over the operator service.
//
// A page is a struct, a template of the same name, and a function that fills the
// struct from the operator service. Pages work without JavaScript: links and
// forms do everything, the state of a list is in its URL, and a POST answers
// with a redirect. The one script only adds comfort. Each value from outside
// goes through html/template and showControls, so pages show it as text.
package dashboard

import (
	"html/template"
	"net/http"

	"go.uber.org/zap"

	"github.com/webhook-gateway/gateway/admin/ops"
	"github.com/webhook-gateway/gateway/internal/clock"
)

// Options are the parts that the dashboard uses.
type Options struct {
	Ops     *ops.Service
	Clock   clock.Clock
	Log     *zap.Logger
	Version string
}

// Dashboard is the handler of all pages and assets. It does not check who sends a
// request.
type Dashboard struct {
	Options
	mux       *http.ServeMux
	assets    assets
	templates map[templateKey]*template.Template
	polls     chan struct{} // has an element for each poll in progress
}

// New returns the dashboard.
func New(o Options) *Dashboard {
	d := &Dashboard{Options: o, mux: http.NewServeMux(), assets: newAssets(), polls: make(chan struct{}, maxPolls)}
	d.templates = d.parseTemplates()
	d.addRoutes()
	return d
}

// addRoutes lists everything that the dashboard serves.
func (d *Dashboard) addRoutes() {
	d.mux.Handle("GET "+assetPath+"{version}/{name}", d.assets)

	d.servePage("GET /runs", d.listRuns)
	d.servePage("GET /runs/{id}", d.showRun)
	d.mux.HandleFunc("GET /runs/{id}/download", d.downloadPart)
	d.mux.HandleFunc("GET /runs/{id}/test", d.downloadTest)
	d.mux.HandleFunc("GET /live/runs", d.pollRuns)
	d.mux.HandleFunc("GET /live/runs/{id}", d.pollRun)
	d.serveAction("POST /runs/{id}/retry", d.retryRun)
	d.serveAction("POST /runs/{id}/cancel", d.cancelRun)
	d.serveAction("POST /runs/{id}/dismiss", d.dismissRun)

	d.servePage("GET /schedules", d.listSchedules)
	d.servePage("GET /links", d.listLinks)

	d.servePage("GET /contacts", d.listContacts)
	d.servePage("GET /contacts/{email}", d.showContact)
	d.serveAction("POST /contacts/{email}/tags", d.tagContact)
	d.serveAction("POST /contacts/{email}/erase", d.eraseContact)

	d.servePage("GET /keys", d.listKeys)
	d.serveForm("POST /keys", d.createKey)
	d.serveForm("POST /keys/{name}/rotate", d.rotateKey)
	d.serveAction("POST /keys/{name}/revoke", d.revokeKey)

	d.servePage("GET /audit", d.listAudit)

	d.servePage("GET /{$}", d.showOverview)
	d.servePage("GET /flows/{name}", d.showFlow)
	d.serveChangePage("GET /flows/{name}/try", d.showTry)
	d.serveForm("POST /flows/{name}/try", d.tryFlow)
	d.serveAction("POST /flows/{name}/start", d.startFlow)
	d.serveAction("POST /flows/{name}/pause", d.pauseFlow)
	d.serveAction("POST /flows/{name}/resume", d.resumeFlow)
	d.serveAction("POST /reload", d.reload)
	d.servePage("GET /failed", d.listFailed)
	d.serveChangePage("GET /bulk", d.confirmBulk)
	d.servePage("GET /bulk/progress", d.showProgress)
	d.serveAction("POST /bulk", d.changeBulk)
	d.servePage("/", func(r *http.Request) (*page, error) { return nil, missingPage(r) })
}

// IsPublic reports whether a request needs no sign-in: it asks for an asset,
// which is the same for everyone.
func (d *Dashboard) IsPublic(r *http.Request) bool {
	_, pattern := d.mux.Handler(r)
	return pattern == "GET "+assetPath+"{version}/{name}"
}

// policy lets pages load only what this listener serves, and run no script that
// stands in a page.
const policy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; " +
	"form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

// ServeHTTP serves a request.
func (d *Dashboard) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	d.setHeaders(w)
	d.mux.ServeHTTP(w, r)
}

// setHeaders sets the header fields that each answer has.
func (*Dashboard) setHeaders(w http.ResponseWriter) {
	h := w.Header()
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	// With no-referrer, browsers would send the forms with "Origin: null", which
	// the check of the origin refuses.
	h.Set("Referrer-Policy", "same-origin")
}
