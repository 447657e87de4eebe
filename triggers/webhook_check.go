package triggers

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/auth"
	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/internal/clientaddr"
	"github.com/webhook-gateway/gateway/triggers/input"
)

// checkSettings checks and compiles the settings of the trigger except its
// variables.
func (w *webhook) checkSettings(c *schema.Context, d *schema.Decoded) hcl.Diagnostics {
	w.at = d.Range("path")
	diags := w.checkRoute(c, d)
	diags = append(diags, w.checkAsyncOnly(d)...)
	diags = append(diags, w.checkMethods(d)...)
	diags = append(diags, w.checkAllowIPs(c, d)...)
	var err error
	if w.ranges, err = parseRanges(w.contentTypes); err != nil {
		diags = append(diags, wrongValue(c, d, "content_types", "Wrong type of body", err))
	}
	w.accept = joinRanges(w.ranges)
	if d.Has("max_body") && !isNull(c, d.Expr("max_body")) && (w.maxBody < 1 || w.maxBody > maxMaxBody) {
		diags = append(diags, d.Problem("max_body", "Limit out of range", "It must be from 1B to 1GiB."))
	}
	if w.timeout <= 0 {
		diags = append(diags, d.Problem("timeout", "Wrong value", "It must be positive. Write a duration such as \"30s\"."))
	}
	if w.strict {
		w.known = input.NamedMembers(w.variables)
	}
	diags = append(diags, w.checkForward(c, d)...)
	diags = append(diags, w.checkCredentials(d)...)
	diags = append(diags, w.checkUnauthorized(d)...)
	diags = append(diags, w.checkChallenges()...)
	diags = append(diags, w.checkWhen(d)...)
	diags = append(diags, w.checkCORSMethods(d)...)
	w.early, w.late = auth.Policy{Checks: w.checks}.SplitByBody()
	return diags
}

func (w *webhook) checkRoute(c *schema.Context, d *schema.Decoded) hcl.Diagnostics {
	var diags hcl.Diagnostics
	if d.Has("path") && w.path == "" && !isNull(c, d.Expr("path")) {
		w.pathErr = errors.New("a path begins with a slash; remove it to let the gateway derive one")
	}
	if w.pathErr != nil {
		diags = append(diags, wrongValue(c, d, "path", "Wrong path", w.pathErr))
	}
	if w.rotate < 1 {
		diags = append(diags, d.Problem("rotate", "Wrong value", "It must be at least 1."))
	}
	if w.path != "" && d.Has("rotate") {
		diags = append(diags, d.Problem("rotate", "Path not derived by the gateway", "The trigger has a path of its own, which rotate does not change. Remove one of them."))
	}
	return diags
}

// wrongValue returns a finding about an attribute. The error may repeat the value,
// so it is hidden if the value comes from a secret.
func wrongValue(c *schema.Context, d *schema.Decoded, name, summary string, err error) *hcl.Diagnostic {
	detail := diag.Sentence(err)
	if e, _ := expr.Compile(d.Expr(name), c.Scope, cty.DynamicPseudoType); e == nil || e.Sensitive() {
		detail = "The value, which comes from a secret, does not fit."
	}
	return d.Problem(name, summary, detail)
}

// isNull reports whether a constant expression is null, which is the same as
// leaving the attribute out.
func isNull(c *schema.Context, e hclsyntax.Expression) bool {
	v, diags := e.Value(c.Scope.EvalContext())
	return !diags.HasErrors() && v.IsNull()
}

func (w *webhook) checkMethods(d *schema.Decoded) hcl.Diagnostics {
	if len(w.methods) == 0 {
		return hcl.Diagnostics{d.Problem("methods", "No method", "An empty list accepts no request. Remove it to accept POST.")}
	}
	// The declaration reports other wrong values, but accepts values of secrets.
	if slices.ContainsFunc(w.methods, func(m string) bool { return !slices.Contains(knownMethods(), m) }) {
		return hcl.Diagnostics{d.Problem("methods", "Wrong method", "The value, which comes from a secret, does not fit.")}
	}
	sorted := slices.Sorted(slices.Values(w.methods))
	if len(slices.Compact(sorted)) < len(w.methods) {
		return hcl.Diagnostics{d.Problem("methods", "Method given twice", "Name each method once.")}
	}
	return w.warnWithoutBody(d)
}

// warnWithoutBody warns of variables that no request can have, because requests
// with the accepted methods have no body.
func (w *webhook) warnWithoutBody(d *schema.Decoded) hcl.Diagnostics {
	if slices.ContainsFunc(w.methods, func(m string) bool { return m != http.MethodGet && m != http.MethodHead }) {
		return nil
	}
	var diags hcl.Diagnostics
	for _, v := range w.variables {
		if v.From.Part == input.PartBody && !v.IsOptional() {
			diags = append(diags, diag.Warning(d.Range("methods"), "No body to read",
				fmt.Sprintf("A GET request has no body, so the variable %q is always missing and each request gets 422. Add from = webhook.query.%s to it, or accept POST.", v.Name, v.Name)))
		}
	}
	return diags
}

func (w *webhook) checkAllowIPs(c *schema.Context, d *schema.Decoded) hcl.Diagnostics {
	if !d.Has("allow_ips") || w.allowIPs == nil {
		return nil
	}
	if len(w.allowIPs) == 0 {
		return hcl.Diagnostics{d.Problem("allow_ips", "No address", "An empty list accepts no request. Remove it to accept all addresses.")}
	}
	var diags hcl.Diagnostics
	for _, given := range w.allowIPs {
		network, err := clientaddr.ParseNetwork(given)
		if err != nil {
			diags = append(diags, wrongValue(c, d, "allow_ips", "Wrong address", err))
			continue
		}
		w.allowed = append(w.allowed, network)
	}
	if len(diags) == 0 {
		at := d.Range("allow_ips")
		w.allowIPsAt = &at
	}
	return diags
}

func joinRanges(ranges []mediaRange) string {
	names := make([]string, len(ranges))
	for i, m := range ranges {
		names[i] = m.String()
	}
	return strings.Join(names, ", ")
}
