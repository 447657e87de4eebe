package ops

import (
	"bytes"
	"cmp"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

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
	begin, end := f.Block.Start.Byte, min(f.Block.End.Byte, len(src))
	if begin >= end {
		return out
	}
	text := v.redactCredentials(src, name, begin, end)
	out.Lines = append(out.Lines, strings.Split(text, "\n")...)
	return out
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
