package load

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/ctytext"
)

// linkKind is the kind of trigger whose flows link_url makes links to.
const linkKind = "link"

// LinkPaths returns the path of each flow with trigger "link" by the flow's
// name, as it stands in a URL.
func (c *Config) LinkPaths() map[string]string {
	paths := map[string]string{}
	for _, f := range c.Flows {
		if h := f.Parts.HTTP; h != nil && f.Kind == linkKind {
			paths[f.Name] = escapePath(h.Route.Path)
		}
	}
	return paths
}

func escapePath(path string) string {
	segments := strings.Split(path, "/")
	for i, s := range segments {
		segments[i] = url.PathEscape(s)
	}
	return strings.Join(segments, "/")
}

// checkLinks reports calls of link_url that name a flow that does not exist, has
// another trigger or is disabled.
func (l *loader) checkLinks(flows []*flow.Flow) {
	if l.incomplete {
		return
	}
	known, names := map[string]*flow.Flow{}, []string{}
	for _, f := range flows {
		if f.Kind == linkKind {
			known[f.Name], names = f, append(names, f.Name)
		}
	}
	slices.Sort(names)
	for _, b := range l.blocksOfType("flow") {
		//nolint:errcheck // the function returns no findings
		hclsyntax.VisitAll(b.Body, func(n hclsyntax.Node) hcl.Diagnostics {
			if call, ok := n.(*hclsyntax.FunctionCallExpr); ok && call.Name == "link_url" && len(call.Args) > 0 {
				l.checkLink(call.Args[0], known, names)
			}
			return nil
		})
	}
}

func (l *loader) checkLink(arg hclsyntax.Expression, known map[string]*flow.Flow, names []string) {
	v, diags := arg.Value(nil)
	if diags.HasErrors() || !v.IsKnown() || v.IsNull() || v.Type() != cty.String {
		return // the name is computed at run time
	}
	name := ctytext.String(v)
	switch f := known[name]; {
	case f == nil:
		l.report(diag.Error(arg.Range(), "Unknown link", fmt.Sprintf("There is no flow %q with trigger %q.%s", name, linkKind, diag.DidYouMean(name, names))))
	case !f.Enabled:
		l.report(diag.Warning(arg.Range(), "Flow is disabled",
			fmt.Sprintf("Flow %q has enabled = false, so the link leads nowhere until the flow is enabled.", name)))
	}
}
