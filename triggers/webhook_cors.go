package triggers

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/flow"
)

const (
	defaultCORSAge = 10 * time.Minute
	maxCORSAge     = 24 * time.Hour // browsers use less
)

// cors lets pages of other origins send requests.
type cors struct{ flow.CORS }

// Describe declares the block.
func (c *cors) Describe(s *schema.Spec) {
	c.Headers, c.MaxAge = []string{"Content-Type"}, defaultCORSAge
	s.Doc = "Lets scripts of web pages send requests to the endpoint and read the answers, also those that refuse a request (CORS, Fetch standard). The gateway answers the preflight requests of browsers itself: without credentials and without a run. It is no protection: programs other than browsers send any `Origin`."
	schema.Attr(s, &c.Origins, "origins", "The origins of the pages, such as `https://shop.example.com`, or `[\"*\"]` for all.", schema.Required())
	schema.Attr(s, &c.Methods, "methods", "The methods that scripts may use. By default those of the trigger.", schema.OneOf(knownMethods()...))
	schema.Attr(s, &c.Headers, "headers", "The header fields that scripts may set. `[\"*\"]` allows all but `Authorization`, which has to be named.")
	schema.Attr(s, &c.Credentials, "credentials", "`true`: browsers may send cookies, client certificates and HTTP credentials of the endpoint. Then `*` is not allowed.")
	schema.Attr(s, &c.MaxAge, "max_age", "How long browsers remember the answer to a preflight, from 0s to 24h.")
	s.Check(c.check)
}

func (c *cors) check(_ *schema.Context, d *schema.Decoded) hcl.Diagnostics {
	var diags hcl.Diagnostics
	if len(c.Origins) == 0 && d.Has("origins") {
		diags = append(diags, d.Problem("origins", "No origin", "Name at least one, such as \"https://shop.example.com\"."))
	}
	for i, origin := range c.Origins {
		if flaw := originFlaw(origin); flaw != "" {
			diags = append(diags, diag.Error(d.Element("origins", i), "Wrong origin", flaw))
		}
	}
	for i, name := range c.Headers {
		if err := flow.CheckHeader(name, ""); err != nil && name != "*" {
			diags = append(diags, diag.Error(d.Element("headers", i), "Wrong header", diag.Sentence(err)))
		}
		c.Headers[i] = strings.ToLower(name)
	}
	if c.MaxAge < 0 || c.MaxAge > maxCORSAge {
		diags = append(diags, d.Problem("max_age", "Wrong value", "It must be from 0s to 24h."))
	}
	return append(diags, c.checkWildcards(d)...)
}

// checkWildcards refuses wildcards that browsers do not accept.
func (c *cors) checkWildcards(d *schema.Decoded) hcl.Diagnostics {
	var diags hcl.Diagnostics
	lists := map[string][]string{"origins": c.Origins, "headers": c.Headers}
	for _, name := range []string{"origins", "headers"} {
		switch list := lists[name]; {
		case !slices.Contains(list, "*"):
		case c.Credentials:
			diags = append(diags, d.Problem(name, "Wildcard with credentials", fmt.Sprintf("Browsers accept no * for requests with credentials. List the %s, or remove credentials.", name)))
		case name == "origins" && len(list) > 1:
			diags = append(diags, d.Problem(name, "Wildcard beside others", `"*" allows all origins. Remove the others, or "*".`))
		}
	}
	return diags
}

// originFlaw says why a text is no origin as browsers send it, "" if it is one.
func originFlaw(text string) string {
	if text == "*" {
		return ""
	}
	u, err := url.Parse(text)
	switch {
	case text == "null":
		return `Any page can send the origin "null". Name the origin of the page.`
	case err != nil || u.Scheme == "" || u.Host == "" || u.User != nil || u.Opaque != "":
		return fmt.Sprintf("%q is no origin. Write scheme and host, such as \"https://shop.example.com\".", text)
	case strings.Contains(u.Host, "*"):
		return `An origin has no wildcard. List each one, or write "*" alone for all.`
	case u.Path != "" || u.RawQuery != "" || u.ForceQuery || strings.HasSuffix(text, "#") || u.Fragment != "":
		return fmt.Sprintf("An origin ends after the host. Write %q.", u.Scheme+"://"+u.Host)
	case u.Scheme == "https" && u.Port() == "443" || u.Scheme == "http" && u.Port() == "80":
		return fmt.Sprintf("Browsers leave out the default port. Write %q.", u.Scheme+"://"+u.Hostname())
	case text != strings.ToLower(text) || strings.ContainsFunc(text, func(r rune) bool { return r > '~' }):
		return "Browsers send an origin in lower case, and a host with other letters in its xn-- form."
	}
	return ""
}

// corsSettings returns the settings of the trigger, nil if it has none.
func (w *webhook) corsSettings() *flow.CORS {
	if w.cors == nil {
		return nil
	}
	out := w.cors.CORS
	if len(out.Methods) == 0 {
		out.Methods = w.methods
	}
	return &out
}

// checkCORSMethods refuses methods that the trigger does not accept.
func (w *webhook) checkCORSMethods(d *schema.Decoded) hcl.Diagnostics {
	if w.cors == nil {
		return nil
	}
	for _, m := range w.cors.Methods {
		if !slices.Contains(w.methods, m) {
			return hcl.Diagnostics{d.Problem("cors", "Method not accepted", fmt.Sprintf("cors allows %s, which the trigger does not accept. Add it to methods of the trigger, or remove it.", m))}
		}
	}
	return nil
}
