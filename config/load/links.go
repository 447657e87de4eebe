package load

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/links"
	"github.com/webhook-gateway/gateway/internal/netname"
)

// linkKind is the kind of trigger that links lead to.
const linkKind = "link"

// Links makes the links of contacts, once the gateway serves.
type Links struct {
	paths  map[string]string // of flows with trigger "link", by name; set before anything runs
	server atomic.Pointer[linkServer]
}

type linkServer struct {
	key  []byte
	base func() string
}

// Serve says with which key tokens are made, and what URLs begin with: such as
// "https://hooks.example.com", without a slash at the end.
func (l *Links) Serve(key []byte, base func() string) { l.server.Store(&linkServer{key, base}) }

// url is the link of a contact to a flow.
func (l *Links) url(name, email string) (string, error) {
	path, ok := l.paths[name]
	s := l.server.Load()
	switch {
	case s == nil:
		return "", errors.New("links can be made by runs alone, as they hold the contact of a run")
	case !ok:
		return "", fmt.Errorf("there is no flow %q with trigger %q", name, linkKind)
	case !netname.IsEmail(email):
		return "", errors.New("the second argument must be the e-mail address of a contact")
	}
	return s.base() + path + "?" + links.Parameter + "=" + links.Seal(s.key, name, email), nil
}

// know takes the flows that links may lead to.
func (l *Links) know(flows []*flow.Flow) {
	l.paths = map[string]string{}
	for _, f := range flows {
		if h := f.Parts.HTTP; h != nil && f.Kind == linkKind {
			l.paths[f.Name] = escapedPath(h.Route.Path)
		}
	}
}

func escapedPath(path string) string {
	segments := strings.Split(path, "/")
	for i, s := range segments {
		segments[i] = url.PathEscape(s)
	}
	return strings.Join(segments, "/")
}

// checkLinks reports calls of link_url that name no flow with a link, or one
// that is disabled.
func (l *loader) checkLinks(flows []*flow.Flow) {
	if l.broken {
		return
	}
	known, names := map[string]*flow.Flow{}, []string{}
	for _, f := range flows {
		if f.Kind == linkKind {
			known[f.Name], names = f, append(names, f.Name)
		}
	}
	slices.Sort(names)
	for _, b := range l.blocks("flow") {
		//nolint:errcheck // the walk reports nothing itself
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
		return // it is computed
	}
	name := v.AsString()
	switch f := known[name]; {
	case f == nil:
		l.add(diag.Error(arg.Range(), "Unknown link", fmt.Sprintf("There is no flow %q with trigger %q.%s", name, linkKind, diag.DidYouMean(name, names))))
	case !f.Enabled:
		l.add(diag.Warning(arg.Range(), "Flow is disabled",
			fmt.Sprintf("Flow %q says enabled = false, so the link leads nowhere until it is enabled.", name)))
	}
}
