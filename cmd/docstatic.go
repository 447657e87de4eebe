package cmd

import (
	"embed"
	"path"
	"strings"
)

// written holds the pages that are made from no declaration.
//
//go:embed pages/*.md
var written embed.FS

// writtenPage returns a page of the folder pages. Its summary is the first
// sentence under the title.
func writtenPage(name string) page {
	text, err := written.ReadFile(path.Join("pages", name+".md"))
	if err != nil {
		panic(err) // the binary was built without it
	}
	_, body, _ := strings.Cut(string(text), "\n\n")
	first, _, _ := strings.Cut(body, "\n")
	return page{name: name, summary: firstSentence(first), text: string(text)}
}
