package load

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/flow"
)

// routed is a flow with the way to its endpoint.
type routed struct {
	flow     *flow.Flow
	route    flow.Route
	segments []string
}

// checkRoutes reports endpoints that nobody could tell apart, and warns where
// one takes requests that fit another as well. Disabled flows count: they may
// be enabled by one word.
func checkRoutes(flows []*flow.Flow) hcl.Diagnostics {
	var diags hcl.Diagnostics
	var all []routed
	for _, f := range flows {
		h := f.Parts.HTTP
		if h == nil || h.Route.Path == "" {
			continue
		}
		route := h.Route
		if route.Range.Filename == "" {
			route.Range = f.Range // of a trigger with other mistakes
		}
		all = append(all, routed{f, route, strings.Split(route.Path, "/")})
	}
	byShape := map[int][]routed{}
	for _, r := range all {
		for _, other := range byShape[len(r.segments)] {
			if d := compare(other, r); d != nil {
				diags = append(diags, d)
			}
		}
		byShape[len(r.segments)] = append(byShape[len(r.segments)], r)
	}
	return diags
}

// compare tells how two routes of equal length meet. a stands first.
func compare(a, b routed) *hcl.Diagnostic {
	if !shareMethod(a.route.Methods, b.route.Methods) {
		return nil
	}
	aWins, bWins := false, false
	for i := range a.segments {
		aName, bName := isName(a.segments[i]), isName(b.segments[i])
		switch {
		case !aName && !bName && a.segments[i] != b.segments[i]:
			return nil
		case a.segments[i] == "" && bName, aName && b.segments[i] == "":
			return nil // the root: a name stands for no empty segment
		case aName && !bName:
			bWins = true
		case !aName && bName:
			aWins = true
		}
	}
	switch {
	case !aWins && !bWins:
		return diag.Error(b.route.Range, "Path used twice", fmt.Sprintf(
			"Flow %q has %s already, at %s. Change one of the paths, or let the flows accept different methods.", a.flow.Name, a.route.Path, place(a.route.Range)))
	case aWins && bWins:
		return diag.Error(b.route.Range, "Paths overlap", fmt.Sprintf(
			"Some requests fit both %s and %s of flow %q at %s, and neither is the more exact one. Change one of the paths.", b.route.Path, a.route.Path, a.flow.Name, place(a.route.Range)))
	}
	exact, wide := a, b
	if bWins {
		exact, wide = b, a
	}
	return diag.Warning(b.route.Range, "Path shadows another",
		fmt.Sprintf("Requests to %s go to flow %q and never to flow %q, whose path %s fits them as well: the more exact path wins. The other is at %s.",
			exact.route.Path, exact.flow.Name, wide.flow.Name, wide.route.Path, place(a.route.Range)))
}

func isName(segment string) bool { return strings.HasPrefix(segment, "{") }

func shareMethod(a, b []string) bool {
	return slices.ContainsFunc(a, func(m string) bool { return slices.Contains(b, m) })
}
