package load

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/config/expr/funcs"
	"github.com/webhook-gateway/gateway/internal/ctytext"
)

// The version of a flow identifies its source and that of what it names: locals,
// connections, secrets, files and called flows, as far as the source names them.
// Values of secrets and of the environment are left out. Comments, indentation and
// other flows do not change it.

// versionBytes is the length of a version, before it is written in hexadecimal.
const versionBytes = 4

// part is a named part of the source: "flow.orders", "local.limit", "file:/a.txt".
type part struct {
	digest Digest
	reads  []string // names of the parts that it reads; a name may end in "." for all of a kind
	files  []filePart
}

// filePart is a file that a part reads with a fixed name.
type filePart struct {
	name string // of its part
	path string // in the file system
}

// versioner computes the versions of flows. It reads each part once.
type versioner struct {
	*loader
	globals map[string]*part        // locals, connections, secrets and files, by name
	flow    func(name string) *part // nil if there is none
}

// newVersioner returns a versioner that knows the locals, connections and secrets.
func (l *loader) newVersioner() *versioner {
	v := &versioner{loader: l, globals: map[string]*part{}}
	for _, b := range v.blocksOfType("locals") {
		for name, a := range b.Body.Attributes {
			v.addGlobal("local."+name, partOf(b.file, a.Expr, a.Expr.Range()))
		}
	}
	for _, kind := range []string{"connection", "secret"} {
		for _, b := range v.blocksOfType(kind) {
			v.addGlobal(strings.Join(append([]string{kind}, b.Labels...), "."), partOf(b.file, b.Block, blockRange(b.Block)))
		}
	}
	return v
}

// digest identifies the source of the globals.
func (v *versioner) digest() Digest {
	h := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(v.globals)) {
		writeText(h, name)
		h.Write(v.globals[name].digest[:])
		for _, read := range v.globals[name].reads {
			writeText(h, read)
		}
	}
	return Digest(h.Sum(nil))
}

func (v *versioner) addGlobal(name string, p *part) {
	v.globals[name] = p
	v.addFiles(p)
}

// addFiles adds the files that a part reads.
func (v *versioner) addFiles(p *part) {
	for _, f := range p.files {
		if v.globals[f.name] == nil {
			v.globals[f.name] = &part{digest: v.reader.readFile(f.path).digest}
		}
	}
}

// partOf returns the part of a file that has a range.
func partOf(f *file, n hclsyntax.Node, at hcl.Range) *part {
	p := newPart(f, at)
	// The visitor never returns a finding.
	_ = hclsyntax.VisitAll(n, func(n hclsyntax.Node) hcl.Diagnostics {
		p.visit(f, n)
		return nil
	})
	return p
}

func newPart(f *file, at hcl.Range) *part { return &part{digest: digestText(at.SliceBytes(f.text))} }

// visit adds what a node reads.
func (p *part) visit(f *file, n hclsyntax.Node) {
	switch e := n.(type) {
	case *hclsyntax.ScopeTraversalExpr:
		if name := globalName(e.Traversal); name != "" {
			p.reads = append(p.reads, name)
		}
	case *hclsyntax.FunctionCallExpr:
		if file, ok := readsFile(f, e); ok {
			p.files, p.reads = append(p.files, file), append(p.reads, file.name)
		}
	}
}

// withCalls returns the part with the flows that its actions call.
func (p *part) withCalls(flows []string) *part {
	if len(flows) == 0 {
		return p
	}
	c := *p
	c.reads = slices.Clone(p.reads)
	for _, name := range flows {
		c.reads = append(c.reads, "flow."+name)
	}
	return &c
}

// globalName returns the name of the part that a reference reads, "" if it reads
// none.
func globalName(t hcl.Traversal) string {
	name, labels := t.RootName(), 1
	switch name {
	case "local", "secret":
	case "connection":
		labels = 2
	default:
		return ""
	}
	for i := 1; i <= labels; i++ {
		if i >= len(t) {
			return name + "."
		}
		step, _ := localName(t[i-1:])
		if step == "" {
			return name + "."
		}
		name += "." + step
	}
	return name
}

// readsFile returns the file that a call reads at load, if its name is fixed in the
// call.
func readsFile(f *file, call *hclsyntax.FunctionCallExpr) (filePart, bool) {
	if !funcs.ReadsAtLoad(call.Name) || call.Name == "env" || len(call.Args) == 0 {
		return filePart{}, false
	}
	path, diags := call.Args[0].Value(&hcl.EvalContext{Variables: map[string]cty.Value{"path": modulePath(f.dir)}})
	if diags.HasErrors() || !path.IsWhollyKnown() || path.IsNull() || path.Type() != cty.String {
		return filePart{}, false
	}
	named := ctytext.String(path)
	return filePart{fmt.Sprintf("file:%s:%s", f.dir, named), resolvePath(f.dir, named)}, true
}

// versionOf returns the version of a flow: a digest of all parts that it reads,
// directly or through others.
func (v *versioner) versionOf(flow string) Digest {
	needed := map[string]*part{}
	v.collect("flow."+flow, needed)
	h := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(needed)) {
		writeText(h, name)
		h.Write(needed[name].digest[:])
	}
	return Digest(h.Sum(nil))
}

// formatVersion writes a version as users see it.
func formatVersion(d Digest) string { return hex.EncodeToString(d[:versionBytes]) }

func (v *versioner) collect(name string, needed map[string]*part) {
	if strings.HasSuffix(name, ".") {
		for other := range v.globals {
			if strings.HasPrefix(other, name) {
				v.collect(other, needed)
			}
		}
		return
	}
	p := v.globals[name]
	if flow, ok := strings.CutPrefix(name, "flow."); ok {
		p = v.flow(flow)
	}
	if p == nil || needed[name] != nil {
		return
	}
	needed[name] = p
	for _, read := range p.reads {
		v.collect(read, needed)
	}
}

// writeText writes a text with its length.
func writeText(h hash.Hash, text string) { h.Write(appendText(nil, []byte(text))) }
