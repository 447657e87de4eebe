package command_test

import (
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// exported is the name and the labels of each series that a gateway exports.
type exported []exportedSeries

type exportedSeries struct {
	name   string
	labels map[string]string
}

var (
	// OpenMetrics has exemplars after the value.
	seriesShape = regexp.MustCompile(`(?m)^([a-zA-Z_][a-zA-Z0-9_]*)(?:\{(.*?)\})? [-+0-9.eINa]+(?: # \{.*)?$`)
	labelShape  = regexp.MustCompile(`(\w+)(=~|!~|!=|=)"([^"]*)"`)
)

func parseExported(text string) exported {
	out := exported{{"up", map[string]string{}}} // Prometheus adds it
	for _, m := range seriesShape.FindAllStringSubmatch(text, -1) {
		s := exportedSeries{m[1], map[string]string{}}
		for _, l := range labelShape.FindAllStringSubmatch(m[2], -1) {
			s.labels[l[1]] = l[3]
		}
		out = append(out, s)
	}
	return out
}

// scrapeAs reads the metrics as a scraper that accepts a format.
func scrapeAs(t *testing.T, p *process, format string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+p.admin+"/metrics", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Accept", format)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	if got, _, _ := strings.Cut(res.Header.Get("Content-Type"), ";"); got != format {
		t.Fatalf("asked for %s, and got %s", format, got)
	}
	return string(text)
}

// find returns a word for what an expression asks for and the gateway does not
// export; "" if there is all.
func (e exported) find(expr string) string {
	labels := []string{"job", "instance", "le"} // of Prometheus and of histograms
	for _, m := range selectorShape.FindAllStringSubmatch(expr, -1) {
		found := slices.IndexFunc(e, func(s exportedSeries) bool { return s.name == m[1] })
		if found < 0 {
			return "no metric " + m[1]
		}
		if !slices.ContainsFunc(e, func(s exportedSeries) bool { return s.name == m[1] && s.matches(m[2]) }) {
			return "no series " + m[1] + m[2]
		}
		for l := range e[found].labels {
			labels = append(labels, l)
		}
	}
	for _, m := range groupShape.FindAllStringSubmatch(expr, -1) {
		for _, l := range strings.Split(m[1], ",") {
			if l = strings.TrimSpace(l); !slices.Contains(labels, l) {
				return "no label " + l
			}
		}
	}
	return ""
}

var (
	selectorShape = regexp.MustCompile(`\b((?:gateway|process|go)_[a-z_]+|up)\b(\{[^}]*\})?`)
	groupShape    = regexp.MustCompile(`\b(?:by|without|on|ignoring) ?\(([^)]*)\)`)
	legendShape   = regexp.MustCompile(`\{\{(\w+)\}\}`)
)

// matches reports whether a series has the labels of a selector, apart from those
// that Prometheus adds.
func (s exportedSeries) matches(selector string) bool {
	for _, m := range labelShape.FindAllStringSubmatch(selector, -1) {
		value, exists := s.labels[m[1]]
		if m[1] == "job" {
			continue
		}
		want := regexp.MustCompile("^(?:" + strings.ReplaceAll(m[3], "$flow", ".*") + ")$")
		if !exists || want.MatchString(value) != (m[2] == "=" || m[2] == "=~") {
			return false
		}
	}
	return true
}

func firstGroups(re *regexp.Regexp, text string) []string {
	var out []string
	for _, m := range re.FindAllStringSubmatch(text, -1) {
		out = append(out, m[1])
	}
	return out
}
