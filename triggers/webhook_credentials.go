package triggers

import (
	"fmt"
	"net/http"
	"slices"

	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/auth"
	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/triggers/input"
)

// credentialHeaders returns the header fields that prove who the caller is, for
// each kind of auth.
func credentialHeaders() []string {
	return []string{"Authorization", "Proxy-Authorization", "Cookie"}
}

// credentialNames are the names under which a request holds credentials. Flows
// can't read them, and no record holds them.
type credentialNames struct {
	headers []string // canonical
	query   []string // parameters
	forward []string // header fields that actions may send on; canonical
}

// credentials returns the credentials of the requests of the trigger.
func (w *webhook) credentials() credentialNames {
	policy := auth.Policy{Checks: w.checks}
	out := credentialNames{headers: append(credentialHeaders(), policy.Headers()...), query: policy.Query()}
	for _, name := range w.forward {
		out.forward = append(out.forward, http.CanonicalHeaderKey(name))
	}
	out.headers = append(out.headers, out.forward...)
	return out
}

// check reports whether a name of the run is a credential, and whether it is sent
// on.
func (c credentialNames) check(ref expr.Ref) (is, forwarded bool) {
	if ref.Root != webhookRoot || len(ref.Path) < 2 {
		return false, false
	}
	switch name := ref.Path[1]; ref.Path[0] {
	case "headers":
		name = http.CanonicalHeaderKey(name)
		return slices.Contains(c.headers, name), slices.Contains(c.forward, name)
	case "query":
		return slices.Contains(c.query, name), false
	}
	return false, false
}

// observeReads collects the expressions that the trigger evaluates for a request.
func (w *webhook) observeReads(c *schema.Context) {
	c.Scope = c.Scope.WithObserver(func(r expr.Reader) { w.reads = append(w.reads, r) })
}

// checkCredentials reports settings of the trigger that read a credential.
func (w *webhook) checkCredentials(d *schema.Decoded) hcl.Diagnostics {
	w.secrets = w.credentials()
	var diags hcl.Diagnostics
	for _, r := range w.reads {
		diags = append(diags, flow.CheckCredential(r, w.secrets.check, false)...)
	}
	for _, v := range w.variables {
		if is, _ := w.secrets.check(refOf(v.From)); is {
			diags = append(diags, diag.Error(variableRange(d, v.Name), "Credential of the caller", fmt.Sprintf(
				"The variable %q reads a credential, which flows can't read. The auth block checks it.", v.Name)))
		}
	}
	return diags
}

// variableRange returns the place of the block of a variable.
func variableRange(d *schema.Decoded, name string) hcl.Range {
	for _, b := range d.Block.Body.Blocks {
		if b.Type == "variable" && slices.Equal(b.Labels, []string{name}) {
			return b.DefRange()
		}
	}
	return d.Block.DefRange()
}

// refOf returns the name of a source of a variable.
func refOf(s input.Source) expr.Ref {
	part := map[string]string{input.PartHeader: "headers", input.PartQuery: "query"}[s.Part]
	if part == "" || len(s.Steps) == 0 {
		return expr.Ref{}
	}
	return expr.Ref{Root: webhookRoot, Path: []string{part, s.Steps[0].Name}}
}

func (w *webhook) checkForward(c *schema.Context, d *schema.Decoded) hcl.Diagnostics {
	if len(w.forward) == 0 {
		return nil
	}
	if w.isAsync() {
		return hcl.Diagnostics{d.Problem("forward", "Only for sync flows", `The caller of an async flow is answered before its actions run, and its credentials are not stored. Set mode = "sync", or remove forward.`)}
	}
	for i, name := range w.forward {
		if err := flow.CheckHeader(name, ""); err != nil {
			return hcl.Diagnostics{diag.Error(d.Element("forward", i), "Wrong header", diag.Sentence(err))}
		}
	}
	return nil
}

// hideCredentials hides the credentials of the caller. Those that actions send on
// are hidden in Map and Encode.
func (e *requestEvent) hideCredentials() {
	names := e.webhook.secrets
	e.header.hidden, e.header.forwarded = names.headers, names.forward
	if len(names.query) == 0 {
		return
	}
	e.url = withoutParameters(e.url, names.query)
	for _, name := range names.query {
		delete(e.query, name)
	}
}
