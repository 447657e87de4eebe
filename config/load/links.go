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

// linkCall is a call of link_url that names a flow.
type linkCall struct {
	flow string
	at   hcl.Range // of the name
}

// linkCallOf returns a call of link_url whose flow is fixed, false for any other call.
func linkCallOf(call *hclsyntax.FunctionCallExpr) (linkCall, bool) {
	if call.Name != "link_url" || len(call.Args) == 0 {
		return linkCall{}, false
	}
	v, diags := call.Args[0].Value(nil)
	if diags.HasErrors() || !v.IsKnown() || v.IsNull() || v.Type() != cty.String {
		return linkCall{}, false
	}
	return linkCall{ctytext.String(v), call.Args[0].Range()}, true
}

// linkedFlows are the flows that links lead to.
type linkedFlows struct {
	byName map[string]*flow.Flow
	names  []string
}

func newLinkedFlows(flows []*flow.Flow) linkedFlows {
	l := linkedFlows{byName: map[string]*flow.Flow{}}
	for _, f := range flows {
		if f.Kind == linkKind {
			l.byName[f.Name], l.names = f, append(l.names, f.Name)
		}
	}
	slices.Sort(l.names)
	return l
}

// check reports a call of link_url that names a flow that does not exist, has another
// trigger or is disabled.
func (l linkedFlows) check(c linkCall) hcl.Diagnostics {
	switch f := l.byName[c.flow]; {
	case f == nil:
		return hcl.Diagnostics{diag.Error(c.at, "Unknown link", fmt.Sprintf("There is no flow %q with trigger %q.%s", c.flow, linkKind, diag.DidYouMean(c.flow, l.names)))}
	case !f.Enabled:
		return hcl.Diagnostics{diag.Warning(c.at, "Flow is disabled",
			fmt.Sprintf("Flow %q has enabled = false, so the link leads nowhere until the flow is enabled.", c.flow))}
	}
	return nil
}
