package dashboard

import (
	"cmp"
	"io"
	"mime"
	"net/http"
	"strings"

	"github.com/webhook-gateway/gateway/admin/ops"
)

func compareText(a, b string) int { return cmp.Compare(a, b) }

// downloadPart serves a whole value of a run as a file of text, which no browser
// runs or shows as a page.
func (d *Dashboard) downloadPart(w http.ResponseWriter, r *http.Request) {
	id, q := r.PathValue("id"), r.URL.Query()
	run, err := d.Ops.Run(r.Context(), id)
	if err != nil {
		d.writeError(w, r, err)
		return
	}
	value := rawPart(run, q.Get("part"), q.Get("step"))
	if value == nil {
		d.writeError(w, r, &ops.Error{Kind: ops.NotFound, Message: "the run has no such value"})
		return
	}
	name, text := fileName(id, q.Get("step"), q.Get("part")), []byte(value)
	if s, ok := stringOf(value); ok {
		text = []byte(s)
	}
	h := w.Header()
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	_, _ = w.Write(text) // fails only if the caller hung up
}

// downloadTest serves the test file that repeats a run.
func (d *Dashboard) downloadTest(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	text, err := d.Ops.RunTest(r.Context(), id)
	if err != nil {
		d.writeError(w, r, err)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": strings.TrimSuffix(fileName("run", id), ".txt") + ".test.hcl"}))
	_, _ = io.WriteString(w, text) // fails only if the caller hung up
}

// fileName returns a name of letters, digits and hyphens.
func fileName(parts ...string) string {
	var out []string
	for _, p := range parts {
		if p != "" {
			out = append(out, p)
		}
	}
	const longest = 100
	name := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			return r
		}
		return '-'
	}, strings.Join(out, "-"))
	return name[:min(len(name), longest)] + ".txt"
}
