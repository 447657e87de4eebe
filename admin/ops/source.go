package ops

import (
	"bytes"
	"cmp"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/redact"
)

// Source is the part of a flow file in which a flow stands. Values of secrets and
// credentials that the files state are replaced by (sensitive).
type Source struct {
	File  string   `json:"file"`
	Line  int      `json:"line" doc:"Number of the first line."`
	Lines []string `json:"lines"`
}

// showSource returns the source of a flow, from its first to its last line.
func (v view) showSource(f *flow.Flow) Source {
	src, name := v.Config.Files[f.Range.Filename], f.Range.Filename
	out := Source{File: name, Line: f.Range.Start.Line, Lines: []string{}}
	begin, end := blockBytes(src, name, f.Range)
	if begin >= end {
		return out
	}
	text := v.redactCredentials(src, name, begin, end)
	out.Lines = append(out.Lines, strings.Split(text, "\n")...)
	return out
}

// blockBytes returns where the block with a head begins and ends in a file.
func blockBytes(src []byte, name string, head hcl.Range) (begin, end int) {
	begin = head.Start.Byte
	if begin > len(src) {
		return 0, 0
	}
	if n := shortBlock(src[begin:]); n > 0 {
		return begin, begin + n
	}
	file, _ := hclsyntax.ParseConfig(src, name, hcl.InitialPos)
	body, ok := file.Body.(*hclsyntax.Body)
	if !ok {
		return 0, 0
	}
	for _, b := range body.Blocks {
		if b.DefRange().Start.Byte == begin {
			return begin, min(b.CloseBraceRange.End.Byte, len(src))
		}
	}
	return 0, 0
}

// shortBlock returns the length of the block at the beginning of a text, if its last
// line is a brace alone, as the formatter writes it; else 0. A large file need not be
// parsed then: the first such line up to which the text is one whole block ends it.
func shortBlock(src []byte) int {
	const tries = 4 // a heredoc may have such lines too
	end := 0
	for range tries {
		next := bytes.Index(src[end:], []byte("\n}"))
		if next < 0 {
			return 0
		}
		end += next + len("\n}")
		file, diags := hclsyntax.ParseConfig(src[:end], "", hcl.InitialPos)
		if body, ok := file.Body.(*hclsyntax.Body); ok && !diags.HasErrors() && len(body.Blocks) == 1 && len(body.Attributes) == 0 {
			return end
		}
	}
	return 0
}

// redactCredentials returns a part of a file without the credentials that it
// states: each place at which one is used, and its text at other places, such as in
// a local.
func (v view) redactCredentials(src []byte, name string, begin, end int) string {
	places := []hcl.Range{}
	for _, c := range v.Config.Credentials {
		if r := c.Range; r.Filename == name && r.Start.Byte >= begin && r.End.Byte <= end {
			places = append(places, r)
		}
	}
	slices.SortFunc(places, func(a, b hcl.Range) int { return cmp.Compare(a.Start.Byte, b.Start.Byte) })
	var b bytes.Buffer
	at := begin
	for _, r := range places {
		if r.Start.Byte < at {
			continue
		}
		b.Write(src[at:r.Start.Byte])
		b.WriteString(`"` + redact.Placeholder + `"`)
		// The lines that the place had stay, so that line numbers are right.
		b.WriteString(strings.Repeat("\n", r.End.Line-r.Start.Line))
		at = r.End.Byte
	}
	b.Write(src[at:end])
	texts := []string{}
	for _, c := range v.Config.Credentials {
		if len(c.Text) >= minWrittenText {
			texts = append(texts, c.Text)
		}
	}
	return redact.New(texts).Text(v.redactText(strings.ReplaceAll(b.String(), "\r\n", "\n")))
}

// minWrittenText is the length from which on the text of a credential that the
// files state is replaced wherever it stands. A shorter one is replaced only where
// it is used, because it may be a part of other words.
const minWrittenText = 4
