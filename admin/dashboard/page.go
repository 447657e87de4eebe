package dashboard

import (
	"bytes"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"strings"
	"unicode"
	"unicode/utf8"

	"go.uber.org/zap"

	"github.com/webhook-gateway/gateway/admin/ops"
)

// page is what the layout shows around the body of a page.
type page struct {
	Name    string // of the template
	Title   string
	Section string // path of the current entry of the navigation
	Done    string // what an action did before the redirect to this page
	Live    string // URL that the script polls; "" for none
	Body    any    // the struct of the page

	User    string // who is signed in; "" for callers on the machine
	Reader  bool   // the user may change nothing
	Version string
	CSS     string
	JS      string
	Icon    string
	Nav     []navEntry
}

// navEntry is a link of the navigation.
type navEntry struct {
	Path, Title string
	Current     bool
}

func navigation(section string) []navEntry {
	entries := []navEntry{
		{Path: "/", Title: "Overview"},
		{Path: "/runs", Title: "Activity"},
		{Path: "/failed", Title: "Failed"},
		{Path: "/schedules", Title: "Schedules"},
		{Path: "/contacts", Title: "Contacts"},
		{Path: "/keys", Title: "Keys"},
		{Path: "/links", Title: "Links"},
		{Path: "/audit", Title: "Audit"},
	}
	for i := range entries {
		entries[i].Current = entries[i].Path == section
	}
	return entries
}

// redirect is the error of a page that is somewhere else.
type redirect string

func (r redirect) Error() string { return "see " + string(r) }

// servePage serves the page that load returns. Its errors are pages too.
func (d *Dashboard) servePage(pattern string, load func(*http.Request) (*page, error)) {
	d.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		p, err := load(r)
		if err != nil {
			d.writeError(w, r, err)
			return
		}
		d.writePage(w, r, http.StatusOK, p)
	})
}

// serveChangePage serves a page that only leads to a change, which readers do not
// get.
func (d *Dashboard) serveChangePage(pattern string, load func(*http.Request) (*page, error)) {
	d.servePage(pattern, func(r *http.Request) (*page, error) {
		if ops.OperatorOf(r.Context()).ReadOnly {
			return nil, errReadOnly()
		}
		return load(r)
	})
}

func errReadOnly() *ops.Error {
	return &ops.Error{Kind: ops.Forbidden, Message: "the role read may change nothing; ask for the role operate"}
}

// Refuse writes a page that says why a request of a person is refused.
func (d *Dashboard) Refuse(w http.ResponseWriter, r *http.Request, why *ops.Error) {
	d.setHeaders(w)
	d.writeError(w, r, why)
}

// maxForm bounds the body of a form in bytes.
const maxForm = 1 << 20

// serveAction serves a form: act changes something and returns the page to see
// next.
func (d *Dashboard) serveAction(pattern string, act func(*http.Request) (next string, err error)) {
	d.serveForm(pattern, func(r *http.Request) (*page, error) {
		next, err := act(r)
		if err != nil {
			return nil, err
		}
		return nil, redirect(next)
	})
}

// serveForm serves a form whose answer is a page.
func (d *Dashboard) serveForm(pattern string, act func(*http.Request) (*page, error)) {
	d.servePage(pattern, func(r *http.Request) (*page, error) {
		r.Body = http.MaxBytesReader(nil, r.Body, maxForm)
		err := r.ParseForm()
		var tooLarge *http.MaxBytesError
		switch {
		case errors.As(err, &tooLarge):
			return nil, &ops.Error{Kind: ops.TooLarge, Message: fmt.Sprintf("a form has at most %d MiB", tooLarge.Limit>>20)}
		case err != nil:
			return nil, &ops.Error{Kind: ops.Invalid, Message: "the form can't be read: " + err.Error()}
		}
		return act(r)
	})
}

// errorPage is the body of a page about an error.
type errorPage struct {
	Title   string
	Message string
	Back    string // the page with the form
	Again   string // the page itself, if it may come back
}

// writeError writes a page about an error, or the redirect that it is.
func (d *Dashboard) writeError(w http.ResponseWriter, r *http.Request, err error) {
	var elsewhere redirect
	if errors.As(err, &elsewhere) {
		http.Redirect(w, r, moveDone(w, r, string(elsewhere)), http.StatusSeeOther)
		return
	}
	known := &ops.Error{Kind: ops.Internal, Message: "the log says more"}
	if !errors.As(err, &known) {
		d.Log.Error("a page failed", zap.String("path", r.URL.Path), zap.Error(err))
	}
	status, title := describeKind(known.Kind)
	passes := known.Kind == ops.Unavailable || known.Kind == ops.Busy
	if passes {
		w.Header().Set("Retry-After", "5")
	}
	body := errorPage{Title: title, Message: toSentence(known.Message)}
	switch {
	case r.Method == http.MethodPost:
		body.Back = backTo(r)
	case passes:
		body.Again = r.URL.RequestURI()
	}
	d.writePage(w, r, status, &page{Name: "error", Title: title, Body: body})
}

// backTo returns the page of this listener from which a form came; "" if it is
// not known.
func backTo(r *http.Request) string {
	_, rest, _ := strings.Cut(r.Referer(), "://")
	host, path, _ := strings.Cut(rest, "/")
	if host != r.Host {
		return ""
	}
	return "/" + strings.TrimLeft(path, "/")
}

func describeKind(k ops.Kind) (status int, title string) {
	switch k {
	case ops.Invalid:
		return http.StatusBadRequest, "That is not possible"
	case ops.TooLarge:
		return http.StatusRequestEntityTooLarge, "That is too large"
	case ops.Forbidden:
		return http.StatusForbidden, "You may not do that"
	case ops.NotFound:
		return http.StatusNotFound, "Not found"
	case ops.Conflict:
		return http.StatusConflict, "That is not possible now"
	case ops.NoStore:
		return http.StatusServiceUnavailable, "This gateway keeps no runs"
	case ops.Busy:
		return http.StatusServiceUnavailable, "The gateway is busy"
	case ops.Unavailable:
		return http.StatusServiceUnavailable, "The store is not available"
	case ops.ShuttingDown:
		return http.StatusServiceUnavailable, "The gateway is shutting down"
	}
	return http.StatusInternalServerError, "Something went wrong"
}

// toSentence returns a message as a sentence.
func toSentence(message string) string {
	first, size := utf8.DecodeRuneInString(message)
	return string(unicode.ToUpper(first)) + strings.TrimSuffix(message[size:], ".") + "."
}

// isKind reports whether an error of the service is of a kind.
func isKind(err error, k ops.Kind) bool {
	var known *ops.Error
	return errors.As(err, &known) && known.Kind == k
}

func missingPage(r *http.Request) error {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return &ops.Error{Kind: ops.NotFound, Message: "no form of the dashboard is sent to this address"}
	}
	return &ops.Error{Kind: ops.NotFound, Message: "the dashboard has no such page"}
}

// writePage renders a page as a whole before it writes it, so that a page is
// complete or is an error.
func (d *Dashboard) writePage(w http.ResponseWriter, r *http.Request, status int, p *page) {
	by := ops.OperatorOf(r.Context())
	if by.Name != "local" {
		p.User, p.Reader = by.Name, by.ReadOnly
	}
	p.Version, p.Nav = d.Version, navigation(p.Section)
	p.CSS, p.JS, p.Icon = d.assets.url("dashboard.css"), d.assets.url("dashboard.js"), d.assets.url("icon.svg")
	var out bytes.Buffer
	if err := d.templates[templateKey{p.Name, by.ReadOnly}].ExecuteTemplate(&out, "layout", p); err != nil {
		d.Log.Error("a page can't be rendered", zap.String("page", p.Name), zap.Error(err))
		http.Error(w, "The page can't be shown. The log says more.", http.StatusInternalServerError)
		return
	}
	if p.Done != "" {
		setDone(w, r, r.URL.EscapedPath(), "", -1)
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(showControls(out.Bytes())) // fails only if the caller hung up
}

// templateKey names a template: a page, for readers or for those who may also
// change something.
type templateKey struct {
	page   string
	reader bool
}

// parseTemplates returns the templates of each page: the page in the layout, with
// the parts that pages share. The function "operate" tells the templates whether
// to show what changes something.
func (d *Dashboard) parseTemplates() map[templateKey]*template.Template {
	out := map[templateKey]*template.Template{}
	for _, reader := range []bool{false, true} {
		functions := d.functions()
		functions["operate"] = func() bool { return !reader }
		shared := template.Must(template.New("").Funcs(functions).ParseFS(files, "templates/layout.html", "templates/parts.html"))
		for _, name := range pageNames() {
			out[templateKey{name, reader}] = template.Must(template.Must(shared.Clone()).ParseFS(files, "templates/"+name+".html"))
		}
	}
	return out
}

func pageNames() []string {
	return []string{"error", "overview", "flow", "runs", "run", "failed", "bulk", "contacts", "contact", "keys", "schedules", "links", "audit", "try"}
}
