package load

import (
	"bytes"
	"path"
	"slices"
	"sync/atomic"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/webhook-gateway/gateway/config/syntax"
)

// file is one flow file. A file whose content is the same as in the load before is not
// parsed again. The syntax of flows is let go when they are compiled, and parsed again
// if one of them must be compiled although its file is the same.
type file struct {
	path     Path
	name     string // in findings
	dir      string // its folder in the file system
	text     []byte // without a byte order mark; nil if the file could not be read
	digest   Digest
	diags    hcl.Diagnostics
	body     *hclsyntax.Body // all but the flows; nil if the file has syntax errors
	flows    []*flowBlock
	sketched bool        // see sketch
	mistaken atomic.Bool // a sketch of it was, because it has syntax errors: it must be parsed
}

// flowBlock is a block of a flow in a file.
type flowBlock struct {
	file     *file
	name     string           // "" if it has no label
	at       hcl.Range        // the whole block
	digest   Digest           // of its tokens, see digester
	mayCall  bool             // other flows
	syntax   *hclsyntax.Block // nil if it was let go
	*outline                  // nil before the block is parsed
}

// text returns the source of the block.
func (b *flowBlock) text() []byte { return b.at.SliceBytes(b.file.text) }

// equals reports whether two blocks are the same text at the same place, so that they
// have the same findings.
func (b *flowBlock) equals(other *flowBlock) bool {
	return b.file == other.file || b.at == other.at && bytes.Equal(b.text(), other.text())
}

// readSource reads a flow file. If it has not changed since an earlier load, the result
// is the file of that load, which may be nil. Otherwise it has no body yet.
func (l *loader) readSource(p Path, before *file) *file {
	c := l.reader.readFlowFile(p.Dir, before)
	f := &file{path: p, name: p.Name, dir: path.Dir(p.Dir), digest: c.digest}
	switch {
	case c.err != nil:
		f.diags = hcl.Diagnostics{unreadableFinding(p.Name, c.err)}
	case before == nil || before.digest != c.digest:
		f.text = bytes.TrimPrefix(c.src, []byte("\xef\xbb\xbf"))
	case before.sketched && before.mistaken.Load():
		f.text = before.text
		f.mistaken.Store(true)
	default:
		return before
	}
	return f
}

// sketch finds the flows of a file with nothing else, and leaves it to their compilation
// to parse them: the syntax of many flows takes more memory than the flows. A mistake in
// the syntax is found then. body has no blocks.
func (f *file) sketch(body *hclsyntax.Body) bool {
	blocks, ok := syntax.Sketch(f.name, f.text, "flow")
	if !ok {
		return false
	}
	for _, b := range blocks {
		flow := &flowBlock{file: f, name: b.Label, at: b.Range}
		flow.digest, flow.mayCall = scanFlow(flow.text())
		f.flows = append(f.flows, flow)
	}
	f.body, f.sketched = body, true
	return true
}

// parse parses the file.
func (f *file) parse() {
	body, diags := syntax.Parse(f.name, f.text)
	f.diags = diags
	if body == nil {
		return
	}
	f.flows = nil
	for _, b := range body.Blocks {
		if b.Type != "flow" {
			continue
		}
		flow := &flowBlock{file: f, at: blockRange(b), syntax: b, mayCall: true}
		if len(b.Labels) > 0 {
			flow.name = b.Labels[0]
		}
		flow.digest, _ = scanFlow(flow.text())
		f.flows = append(f.flows, flow)
	}
	f.body = body
	f.body.Blocks = slices.DeleteFunc(body.Blocks, func(b *hclsyntax.Block) bool { return b.Type == "flow" })
}

// needSyntax parses the block if its syntax was let go, or if it was only sketched. It
// returns false if the block has syntax errors: then its file is mistaken.
func (l *loader) needSyntax(b *flowBlock) bool {
	if b.syntax == nil {
		b.syntax = b.parse()
	}
	if b.syntax == nil {
		if !b.file.sketched {
			panic("a flow that was parsed can't be parsed again: " + b.at.String())
		}
		b.file.mistaken.Store(true)
		l.mistaken.Store(true)
		return false
	}
	if b.outline == nil {
		b.outline = outlineOf(b)
	}
	return true
}

func (b *flowBlock) parse() *hclsyntax.Block {
	return syntax.ParseAgain(b.file.name, b.text(), b.at.Start)
}

// dropSyntax lets the syntax of the flows go.
func (f *file) dropSyntax() {
	for _, b := range f.flows {
		b.syntax = nil
	}
}

func blockRange(b *hclsyntax.Block) hcl.Range {
	return hcl.RangeBetween(b.TypeRange, b.CloseBraceRange)
}
