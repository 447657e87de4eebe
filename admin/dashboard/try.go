package dashboard

import (
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/http/httpguts"

	"github.com/webhook-gateway/gateway/admin/ops"
	"github.com/webhook-gateway/gateway/internal/redact"
)

// tryPage is a form that sends a request to a flow.
type tryPage struct {
	Flow       string
	Methods    []string
	Method     string // that is chosen; "" for the first one
	Path       string
	Places     []header // placeholders of the path with their values
	Query      string
	Headers    string // a line for each
	Type       string // of the body
	Credential string // "basic", "token", or "" if the flow asks for none
	Signed     []string
	Run        string // the run of the request that was sent last
	Status     int
	Answers    string // the run whose answers the actions of a dry run get; "" for made-up ones
	Dry        *dryPage
	Hidden     bool // the history hides values of the stored request
	tryBody
}

// dryPage is the result of a dry run.
type dryPage struct {
	*ops.DryRun
	Body    *shown
	Actions []dryRow
	More    int // actions that the page does not show
}

// dryRow is an action of a dry run.
type dryRow struct {
	ops.DryAction
	Name    string
	Depth   int
	In, Out *shown
}

func tryURL(flow, run string) string {
	return link("/flows/"+url.PathEscape(flow)+"/try", url.Values{"from": {run}})
}

// showTry shows the form with the values of a stored request, or with a sample.
func (d *Dashboard) showTry(r *http.Request) (*page, error) {
	f, err := d.Ops.FlowDetail(r.Context(), r.PathValue("name"))
	if err != nil {
		return nil, err
	}
	if !takesRequests(&f) {
		return nil, errNoRequests()
	}
	body := newTryPage(&f)
	body.fillSample(&f)
	q := r.URL.Query()
	body.Status, _ = strconv.Atoi(q.Get("status"))
	if run, err := d.Ops.RunPreview(r.Context(), q.Get("from"), maxValue); err == nil && run.Flow == f.Name {
		body.fillFrom(run)
		body.Run, body.Answers = run.ID, run.ID
	}
	return &page{Name: "try", Title: "Try " + f.Name, Section: "/", Body: body}, nil
}

// newTryPage returns a form without values.
func newTryPage(f *ops.FlowDetail) *tryPage {
	p := &tryPage{Flow: f.Name, Methods: f.Methods, Path: f.Path, Credential: credentialField(f.Auth)}
	if p.Credential == "" {
		p.Signed = f.Auth
	}
	for _, name := range placeholders(f.Path) {
		p.Places = append(p.Places, header{name, ""})
	}
	return p
}

// fillSample fills the form with a sample for each variable of the flow.
func (p *tryPage) fillSample(f *ops.FlowDetail) {
	s := sampleRequest(f)
	_, p.Query, _ = strings.Cut(s.url, "?")
	p.Headers, p.Type = strings.Join(s.headers, "\n"), "application/json"
	if text, err := json.MarshalIndent(s.body, "", "  "); err == nil && len(s.body) > 0 {
		p.Body = string(text)
	}
}

// fillTyped fills the form with what somebody typed, without the credential.
func (p *tryPage) fillTyped(r *http.Request) {
	p.Method, p.Query, p.Headers, p.Type = r.PostFormValue("method"), r.PostFormValue("query"), r.PostFormValue("headers"), r.PostFormValue("type")
	p.tryBody, p.Answers = typedBody(r), r.PostFormValue("run")
	for i := range p.Places {
		p.Places[i].Value = r.PostFormValue("path." + p.Places[i].Name)
	}
}

func takesRequests(f *ops.FlowDetail) bool { return f.URL != "" && f.Trigger == "webhook" }

func errNoRequests() error {
	return &ops.Error{Kind: ops.NotFound, Message: "the flow takes no requests"}
}

// credentialField returns which credential a caller of a flow has to give.
func credentialField(kinds []string) string {
	for _, kind := range kinds {
		switch kind {
		case "basic":
			return "basic"
		case "bearer", "key", "jwt":
			return "token"
		}
	}
	return ""
}

// fillFrom takes the values of the request of a run. Fields of the connection and
// of the sender's program are left out.
func (p *tryPage) fillFrom(run *ops.RunDetail) {
	if run.Request == nil {
		return
	}
	for i := range p.Places {
		p.Places[i].Value = run.Request.Path[p.Places[i].Name]
	}
	p.Method = run.Request.Method
	_, p.Query, _ = strings.Cut(run.Request.URL, "?")
	var lines []string
	for _, h := range sortHeaders(run.Request.Headers) {
		switch h.Name {
		case "Accept-Encoding", "Content-Length", "Connection", "Host", "User-Agent":
		case "Content-Type":
			p.Type = h.Value
		default:
			lines = append(lines, h.Name+": "+h.Value)
		}
	}
	p.Headers = strings.Join(lines, "\n")
	p.tryBody = storedBody(run.Request.RunBody, run.Request.Cut)
	p.Hidden = strings.Contains(p.Query+p.Headers+p.Body, redact.Placeholder)
	for _, place := range p.Places {
		p.Hidden = p.Hidden || strings.Contains(place.Value, redact.Placeholder)
	}
}

// placeholders returns the names of the placeholders of a path.
func placeholders(path string) []string {
	var names []string
	for _, m := range placeholder().FindAllStringSubmatch(path, -1) {
		names = append(names, m[1])
	}
	return names
}

func placeholder() *regexp.Regexp { return regexp.MustCompile(`\{([^{}.]+)(?:\.\.\.)?\}`) }

// tryFlow sends the request of the form, for real or dry.
func (d *Dashboard) tryFlow(r *http.Request) (*page, error) {
	name := r.PathValue("name")
	f, err := d.Ops.FlowDetail(r.Context(), name)
	if err != nil {
		return nil, err
	}
	if !takesRequests(&f) {
		return nil, errNoRequests()
	}
	request, err := readTryForm(r, &f)
	if err != nil {
		return nil, err
	}
	if r.PostFormValue("do") == "dry" {
		return d.showDryRun(r, &f, request)
	}
	got, err := d.Ops.TryFlow(r.Context(), name, request)
	if err != nil {
		return nil, err
	}
	if got.Status >= http.StatusBadRequest { // the history may hold no request to fill the form again
		body := newTryPage(&f)
		body.fillTyped(r)
		body.Run, body.Status = got.Run, got.Status
		return &page{Name: "try", Title: "Try " + name, Section: "/", Body: body}, nil
	}
	return nil, redirect(link("/flows/"+url.PathEscape(name)+"/try", url.Values{"from": {got.Run}, "status": {strconv.Itoa(got.Status)}}))
}

// showDryRun shows what a request would do, above the form with the same request.
func (d *Dashboard) showDryRun(r *http.Request, f *ops.FlowDetail, request ops.TryRequest) (*page, error) {
	answers := r.PostFormValue("answers")
	got, err := d.Ops.DryRun(r.Context(), f.Name, request, answers)
	if err != nil {
		return nil, err
	}
	body := newTryPage(f)
	body.fillTyped(r)
	body.Dry = newDryPage(got)
	return &page{Name: "try", Title: "Dry run of " + f.Name, Section: "/", Body: body}, nil
}

// newDryPage returns the first actions of a dry run.
func newDryPage(got *ops.DryRun) *dryPage {
	left := newBudget()
	out := &dryPage{DryRun: got, Body: left.show(got.Body, 0, "")}
	all := holdersFirst(got.Actions)
	shown := all[:min(len(all), maxSteps)]
	out.More = len(all) - len(shown)
	for _, a := range shown {
		row := dryRow{DryAction: a, In: left.show(a.Input, 0, ""), Out: left.show(a.Output, 0, "")}
		row.Name, row.Depth = splitPath(a.Path)
		out.Actions = append(out.Actions, row)
	}
	return out
}

// holdersFirst returns actions in the order in which they begin, from that in which
// they end: an action that holds others ends after them.
func holdersFirst(ended []ops.DryAction) []ops.DryAction {
	out := make([]ops.DryAction, 0, len(ended))
	for _, a := range ended {
		at := len(out)
		for at > 0 && strings.HasPrefix(out[at-1].Path, a.Path+"/") {
			at--
		}
		out = slices.Insert(out, at, a)
	}
	return out
}

// readTryForm returns the request that a form describes.
func readTryForm(r *http.Request, f *ops.FlowDetail) (ops.TryRequest, error) {
	out := ops.TryRequest{Method: r.PostFormValue("method"), Header: http.Header{}, Body: []byte(typedBody(r).Body)}
	if !slices.Contains(f.Methods, out.Method) {
		return out, &ops.Error{Kind: ops.Invalid, Message: "the flow takes " + strings.Join(f.Methods, ", ")}
	}
	out.Path = placeholder().ReplaceAllStringFunc(f.Path, func(place string) string {
		return url.PathEscape(r.PostFormValue("path." + placeholders(place)[0]))
	})
	if query := strings.TrimSpace(r.PostFormValue("query")); query != "" {
		out.Path += "?" + query
	}
	for line := range strings.Lines(r.PostFormValue("headers")) {
		name, value, ok := strings.Cut(strings.TrimSpace(line), ":")
		if strings.TrimSpace(line) == "" {
			continue
		}
		if value = strings.TrimSpace(value); !ok || !httpguts.ValidHeaderFieldName(name) || !httpguts.ValidHeaderFieldValue(value) {
			return out, &ops.Error{Kind: ops.Invalid, Message: `each line of the headers has a name and a value, such as "X-Event: order"`}
		}
		out.Header.Add(name, value)
	}
	if len(out.Body) > 0 {
		out.Header.Set("Content-Type", strings.TrimSpace(r.PostFormValue("type")))
	}
	switch password := r.PostFormValue("password"); {
	case password == "":
	case r.PostFormValue("username") != "":
		with := &http.Request{Header: out.Header}
		with.SetBasicAuth(r.PostFormValue("username"), password)
	default:
		out.Header.Set("Authorization", "Bearer "+password)
	}
	return out, nil
}
