package coverage

import (
	"bytes"
	"embed"
	"html/template"
	"io"
	"strings"
)

//go:embed page.html
var pages embed.FS

// page is what the template shows.
type page struct {
	*Report
	Reached, Total int
	Sources        []source
}

// source is a flow file with what tests reach in it.
type source struct {
	Name           string
	Reached, Total int
	Lines          []line
}

// line is a line of a file and the items that begin in it.
type line struct {
	Number int
	Text   string
	Items  []note
	State  string // "reached", "partly", "missed", or "" for a line without items
}

// note is an item beside its line.
type note struct {
	Text string
	Hits int
}

// Percent returns the share of the items of the file.
func (s source) Percent() int { return percent(s.Reached, s.Total) }

// WriteHTML writes one page with the sources of the flows. It needs no other file,
// and shows the texts of the files as they are.
func (r *Report) WriteHTML(w io.Writer) error {
	t, err := template.ParseFS(pages, "page.html")
	if err != nil {
		return err
	}
	p := page{Report: r}
	p.Reached, p.Total = r.count()
	for _, name := range r.fileNames() {
		p.Sources = append(p.Sources, newSource(name, r.Files[name], r.inFile(name)))
	}
	var out bytes.Buffer
	if err := t.Execute(&out, p); err != nil {
		return err
	}
	_, err = w.Write(out.Bytes())
	return err
}

func newSource(name string, text []byte, items []Item) source {
	s := source{Name: name, Total: len(items)}
	byLine := map[int][]Item{}
	for _, i := range items {
		byLine[i.Range.Start.Line] = append(byLine[i.Range.Start.Line], i)
		if i.Hits > 0 {
			s.Reached++
		}
	}
	for n, text := range strings.Split(strings.TrimSuffix(string(text), "\n"), "\n") {
		s.Lines = append(s.Lines, newLine(n+1, strings.TrimSuffix(text, "\r"), byLine[n+1]))
	}
	return s
}

func newLine(number int, text string, items []Item) line {
	l := line{Number: number, Text: text}
	missed := 0
	for _, i := range items {
		l.Items = append(l.Items, note{Text: i.describe(), Hits: i.Hits})
		if i.Hits == 0 {
			missed++
		}
	}
	switch {
	case len(items) == 0:
	case missed == 0:
		l.State = "reached"
	case missed == len(items):
		l.State = "missed"
	default:
		l.State = "partly"
	}
	return l
}
