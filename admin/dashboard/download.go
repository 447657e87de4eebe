package dashboard

import (
	"cmp"
	"io"
	"mime"
	"net/http"
	"strings"
)

func compareText(a, b string) int { return cmp.Compare(a, b) }

// downloadPart serves a whole value of a run as a file of text or bytes, which no
// browser runs or shows as a page.
func (d *Dashboard) downloadPart(w http.ResponseWriter, r *http.Request) {
	id, q := r.PathValue("id"), r.URL.Query()
	part, err := d.Ops.RunPart(r.Context(), id, q.Get("step"), q.Get("part"))
	if err != nil {
		d.writeError(w, r, err)
		return
	}
	kind, ending := "text/plain; charset=utf-8", ".txt"
	if part.Binary {
		kind, ending = "application/octet-stream", ".bin"
	}
	setDownload(w, kind, fileName(id, q.Get("step"), q.Get("part"))+ending)
	_ = part.Write(w) // fails only if the caller hung up
}

// setDownload sets the header fields of a file that browsers store and do not show.
func setDownload(w http.ResponseWriter, kind, name string) {
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
}

// downloadTest serves the test file that repeats a run.
func (d *Dashboard) downloadTest(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	text, err := d.Ops.RunTest(r.Context(), id)
	if err != nil {
		d.writeError(w, r, err)
		return
	}
	setDownload(w, "text/plain; charset=utf-8", fileName("run", id)+".test.hcl")
	_, _ = io.WriteString(w, text) // fails only if the caller hung up
}

// fileName returns a name of letters, digits and hyphens, without an ending.
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
	return name[:min(len(name), longest)]
}
