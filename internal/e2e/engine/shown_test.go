package engine_test

import (
	"encoding/json"
	"html"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/webhook-gateway/gateway/internal/testutil/racetest"
)

// shown returns all that the admin listener shows by GET, by its path: the pages and
// files to which pages lead, beginning with the overview, each route of the API, and
// the metrics. The page of each run, flow and contact is there; of other links that
// differ only in a run, a flow or the values of a filter, one is followed.
func (d *durable) shown() map[string]string {
	d.t.Helper()
	out, seen, pages := map[string]string{}, map[string]bool{}, 0
	todo := append([]string{"/", "/runs?limit=500"}, d.apiPaths()...)
	for len(todo) > 0 {
		path := todo[0]
		todo = todo[1:]
		w := d.admin(http.MethodGet, path)
		if w.Code >= http.StatusInternalServerError && !strings.HasPrefix(path, "/-/") {
			d.t.Errorf("%s answers %d: %s", path, w.Code, w.Body)
		}
		text := w.Body.String()
		out[path] = text
		if strings.HasPrefix(w.Header().Get("Content-Type"), "text/html") {
			out[path] = html.UnescapeString(text)
		}
		for _, m := range regexp.MustCompile(`(?:href|data-live)="(/[^"]*)"`).FindAllStringSubmatch(text, -1) {
			next, _, _ := strings.Cut(html.UnescapeString(m[1]), "#")
			kind := kindOfPath(next)
			if seen[kind] || strings.HasPrefix(next, "/assets/") {
				continue
			}
			seen[kind] = true
			if kind == next {
				pages++
			}
			if kind != next || isLookedAt(pages) {
				todo = append(todo, next)
			}
		}
	}
	return out
}

// raceShare is of how many runs, flows and contacts one is looked at with the race
// detector, which takes ten times as long, after the first ones. make test looks at all
// without it.
const raceShare = 8

// isLookedAt reports whether the n-th of many alike is looked at.
func isLookedAt(n int) bool { return !racetest.On || n <= raceShare || n%raceShare == 1 }

// shownText returns all that the admin listener shows as one text.
func (d *durable) shownText() string {
	return strings.Join(slices.Collect(maps.Values(d.shown())), "\n")
}

// kindOfPath returns what pages with the same machinery have in common: the path with
// its names for the page of a run, a flow or a contact, and for others without.
func kindOfPath(path string) string {
	u, err := url.Parse(path)
	parts := strings.Split(path, "/")
	if err != nil || len(parts) == 3 && u.RawQuery == "" {
		return path
	}
	if len(parts) > 3 {
		parts = slices.Delete(parts, 2, 3)
	}
	kind, _, _ := strings.Cut(strings.Join(parts, "/"), "?")
	q := u.Query()
	for name := range q {
		if !slices.Contains([]string{"part", "step", "do"}, name) {
			q[name] = []string{""}
		}
	}
	return kind + "?" + q.Encode()
}

// apiPaths returns the path of each route of the API that takes GET, with each name
// of what there is.
func (d *durable) apiPaths() []string {
	d.t.Helper()
	var doc struct {
		Paths map[string]map[string]json.RawMessage
	}
	if err := json.Unmarshal(d.admin(http.MethodGet, "/api/v1/openapi.json").Body.Bytes(), &doc); err != nil {
		d.t.Fatal(err)
	}
	names := map[string][]string{"/api/v1/runs/": d.names("/api/v1/runs?limit=500", "id"), "/api/v1/flows/": d.names("/api/v1/flows", "name"), "/api/v1/contacts/": d.names("/api/v1/contacts", "email")}
	var out []string
	for path, methods := range doc.Paths {
		if _, ok := methods["get"]; !ok {
			continue
		}
		before, after, placeholder := strings.Cut(path, "{")
		if !placeholder {
			out = append(out, path)
			continue
		}
		_, after, _ = strings.Cut(after, "}")
		if _, ok := names[before]; !ok {
			d.t.Errorf("this test knows no names for the route %s", path)
		}
		for _, name := range names[before] {
			out = append(out, before+url.PathEscape(name)+after)
		}
	}
	return out
}

// names returns the values of a member of each element of a list of the API.
func (d *durable) names(path, member string) []string {
	d.t.Helper()
	var page map[string]json.RawMessage
	if err := json.Unmarshal(d.admin(http.MethodGet, path).Body.Bytes(), &page); err != nil {
		d.t.Fatal(err)
	}
	var out []string
	for _, list := range page {
		var elements []map[string]any
		if json.Unmarshal(list, &elements) != nil {
			continue // another member
		}
		for i, e := range elements {
			if name, ok := e[member].(string); ok && isLookedAt(i+1) {
				out = append(out, name)
			}
		}
	}
	return out
}
