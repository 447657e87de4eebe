package load

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/flow"
)

// routedFlow is a flow and the path of its endpoint.
type routedFlow struct {
	flow     *flow.Flow
	route    flow.Route
	methods  []string
	segments []string
}

// checkRoutes reports endpoints that fit the same requests, and warns if one
// endpoint takes requests that also fit another. Disabled flows count, because
// they can be enabled at any time.
func checkRoutes(flows []*flow.Flow) hcl.Diagnostics {
	var diags hcl.Diagnostics
	var routes []routedFlow
	tree := &routeTree{}
	for _, f := range flows {
		h := f.Parts.HTTP
		if h == nil || h.Route.Path == "" {
			continue
		}
		r := routedFlow{f, h.Route, allMethods(h.Route), strings.Split(h.Route.Path, "/")}
		if r.route.Range.Filename == "" {
			r.route.Range = f.Range // the trigger has other errors
		}
		alike := tree.findAlike(nil, r.segments)
		slices.Sort(alike)
		for _, i := range alike {
			if d := compareRoutes(routes[i], r); d != nil {
				diags = append(diags, d)
			}
		}
		tree.add(r.segments, len(routes))
		routes = append(routes, r)
	}
	return diags
}

// routeTree finds the routes that may fit the same requests as another one, by their
// segments.
type routeTree struct {
	literals map[string]*routeTree
	name     *routeTree
	routes   []int // that end here
}

func (t *routeTree) add(segments []string, route int) {
	for _, s := range segments {
		next := t.name
		if !isPlaceholder(s) {
			next = t.literals[s]
		}
		if next == nil {
			next = &routeTree{}
		}
		if isPlaceholder(s) {
			t.name = next
		} else {
			if t.literals == nil {
				t.literals = map[string]*routeTree{}
			}
			t.literals[s] = next
		}
		t = next
	}
	t.routes = append(t.routes, route)
}

func (t *routeTree) findAlike(found []int, segments []string) []int {
	if t == nil {
		return found
	}
	if len(segments) == 0 {
		return append(found, t.routes...)
	}
	found = t.name.findAlike(found, segments[1:])
	if !isPlaceholder(segments[0]) {
		return t.literals[segments[0]].findAlike(found, segments[1:])
	}
	for _, next := range t.literals {
		found = next.findAlike(found, segments[1:])
	}
	return found
}

// compareRoutes compares two paths with the same number of segments. a comes
// before b in the files.
func compareRoutes(a, b routedFlow) *hcl.Diagnostic {
	if !shareMethod(a.methods, b.methods) {
		return nil
	}
	aWins, bWins := false, false
	for i := range a.segments {
		aName, bName := isPlaceholder(a.segments[i]), isPlaceholder(b.segments[i])
		switch {
		case !aName && !bName && a.segments[i] != b.segments[i]:
			return nil
		case a.segments[i] == "" && bName, aName && b.segments[i] == "":
			return nil // the root path: a name does not match an empty segment
		case aName && !bName:
			bWins = true
		case !aName && bName:
			aWins = true
		}
	}
	switch {
	case !aWins && !bWins:
		return diag.Error(b.route.Range, "Path used twice", fmt.Sprintf(
			"Flow %q already has %s, at %s. Change one of the paths, or let the flows accept different methods.", a.flow.Name, a.route.Path, formatPlace(a.route.Range)))
	case aWins && bWins:
		return diag.Error(b.route.Range, "Paths overlap", fmt.Sprintf(
			"Some requests fit both %s and %s of flow %q at %s, and neither path is more specific. Change one of the paths.", b.route.Path, a.route.Path, a.flow.Name, formatPlace(a.route.Range)))
	}
	specific, general := a, b
	if bWins {
		specific, general = b, a
	}
	return diag.Warning(b.route.Range, "Path shadows another",
		fmt.Sprintf("Requests to %s go to flow %q and never to flow %q, although its path %s also fits: the more specific path wins. The other path is at %s.",
			specific.route.Path, specific.flow.Name, general.flow.Name, general.route.Path, formatPlace(a.route.Range)))
}

// checkPublicURL warns of checks of signed URLs without a public URL. The sender
// signs the URL that it knows.
func checkPublicURL(flows []*flow.Flow, publicURL string) hcl.Diagnostics {
	var diags hcl.Diagnostics
	for _, f := range flows {
		if f.Parts.HTTP == nil || publicURL != "" {
			continue
		}
		for _, at := range f.Parts.HTTP.SignedURL {
			diags = append(diags, diag.Warning(at, "Public URL not set",
				"The sender signs the URL of its request, and the gateway does not know the name under which it is reached. "+
					`Write gateway { public_url = "https://hooks.example.com" }, or start the gateway with --public-url or GATEWAY_PUBLIC_URL.`))
		}
	}
	return diags
}

// checkClientCertificates reports checks of client certificates for which the gateway
// does not ask.
func checkClientCertificates(flows []*flow.Flow, t *TLS) hcl.Diagnostics {
	var diags hcl.Diagnostics
	for _, f := range flows {
		if f.Parts.HTTP == nil || t != nil && t.ClientCA != "" {
			continue
		}
		for _, at := range f.Parts.HTTP.ClientCerts {
			diags = append(diags, diag.Error(at, "No client certificates",
				"The gateway does not ask clients for certificates, so this check refuses each request. "+
					`Write gateway { tls { … client_ca = "clients.pem" } } with the authorities of the certificates.`))
		}
	}
	return diags
}

func isPlaceholder(segment string) bool { return strings.HasPrefix(segment, "{") }

// allMethods returns the methods of requests that a flow takes, also those of
// challenges.
func allMethods(r flow.Route) []string {
	if len(r.ChallengeMethods) == 0 {
		return r.Methods
	}
	return slices.Concat(r.Methods, r.ChallengeMethods)
}

func shareMethod(a, b []string) bool {
	return slices.ContainsFunc(a, func(m string) bool { return slices.Contains(b, m) })
}
