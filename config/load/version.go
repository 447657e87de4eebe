package load

import (
	"crypto/sha256"
	"encoding/binary"
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
	"github.com/webhook-gateway/gateway/flow"
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
}

// versioner computes the versions of flows. It reads each part once.
type versioner struct {
	*loader
	parts map[string]*part
}

// setVersions sets the versions of the flows.
func (l *loader) setVersions(flows []*flow.Flow) {
	v := &versioner{loader: l, parts: map[string]*part{}}
	v.addGlobals()
	blocks := map[hcl.Range]locatedBlock{}
	for _, b := range l.blocksOfType("flow") {
		blocks[b.DefRange()] = b
	}
	for _, f := range flows {
		b := blocks[f.Range]
		p := v.partOf(b.file, b.Block, blockRange(b.Block))
		f.Walk(func(s *flow.Step) {
			if c := s.Traits.Callee; c != nil {
				p.reads = append(p.reads, "flow."+c.Name)
			}
		})
		v.parts["flow."+f.Name] = p
	}
	for _, f := range flows {
		f.Version = v.versionOf("flow." + f.Name)
	}
}

// addGlobals adds the locals, connections and secrets.
func (v *versioner) addGlobals() {
	for _, b := range v.blocksOfType("locals") {
		for name, a := range b.Body.Attributes {
			v.parts["local."+name] = v.partOf(b.file, a.Expr, a.Expr.Range())
		}
	}
	for _, kind := range []string{"connection", "secret"} {
		for _, b := range v.blocksOfType(kind) {
			v.parts[strings.Join(append([]string{kind}, b.Labels...), ".")] = v.partOf(b.file, b.Block, blockRange(b.Block))
		}
	}
}

func blockRange(b *hclsyntax.Block) hcl.Range {
	return hcl.RangeBetween(b.TypeRange, b.CloseBraceRange)
}

// partOf returns the part of a file that has a range.
func (v *versioner) partOf(f *file, n hclsyntax.Node, at hcl.Range) *part {
	p := &part{digest: digestTokens(at.SliceBytes(v.sources[f.name]))}
	// The visitor never returns a finding.
	_ = hclsyntax.VisitAll(n, func(n hclsyntax.Node) hcl.Diagnostics {
		switch e := n.(type) {
		case *hclsyntax.ScopeTraversalExpr:
			if name := globalName(e.Traversal); name != "" {
				p.reads = append(p.reads, name)
			}
		case *hclsyntax.FunctionCallExpr:
			if name, ok := v.addFile(f, e); ok {
				p.reads = append(p.reads, name)
			}
		}
		return nil
	})
	return p
}

// globalName returns the name of the part that a reference reads, "" if it reads
// none.
func globalName(t hcl.Traversal) string {
	labels := map[string]int{"local": 1, "secret": 1, "connection": 2}[t.RootName()]
	if labels == 0 {
		return ""
	}
	name := t.RootName()
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

// addFile adds the file that a call reads at load, if its name is fixed in the
// call.
func (v *versioner) addFile(f *file, call *hclsyntax.FunctionCallExpr) (string, bool) {
	if !funcs.ReadsAtLoad(call.Name) || call.Name == "env" || len(call.Args) == 0 {
		return "", false
	}
	path, diags := call.Args[0].Value(&hcl.EvalContext{Variables: map[string]cty.Value{"path": modulePath(f.dir)}})
	if diags.HasErrors() || !path.IsWhollyKnown() || path.IsNull() || path.Type() != cty.String {
		return "", false
	}
	named := ctytext.String(path)
	name := fmt.Sprintf("file:%s:%s", f.dir, named)
	if v.parts[name] == nil {
		v.parts[name] = &part{digest: digestContent(v.reader.readRelative(f.dir, named))}
	}
	return name, true
}

// versionOf returns the version of a part: a digest of all parts that it reads,
// directly or through others.
func (v *versioner) versionOf(name string) string {
	needed := map[string]*part{}
	v.collect(name, needed)
	h := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(needed)) {
		writeText(h, name)
		h.Write(needed[name].digest[:])
	}
	return hex.EncodeToString(h.Sum(nil)[:versionBytes])
}

func (v *versioner) collect(name string, needed map[string]*part) {
	if strings.HasSuffix(name, ".") {
		for other := range v.parts {
			if strings.HasPrefix(other, name) {
				v.collect(other, needed)
			}
		}
		return
	}
	p := v.parts[name]
	if p == nil || needed[name] != nil {
		return
	}
	needed[name] = p
	for _, read := range p.reads {
		v.collect(read, needed)
	}
}

// digestTokens returns a digest of a part of the source that does not depend on
// comments, indentation and empty lines.
func digestTokens(src []byte) Digest {
	tokens, _ := hclsyntax.LexConfig(src, "", hcl.InitialPos)
	h := sha256.New()
	newline := false
	for _, t := range tokens {
		switch t.Type {
		case hclsyntax.TokenNewline:
			newline = true
			continue
		case hclsyntax.TokenComment:
			newline = newline || t.Bytes[len(t.Bytes)-1] == '\n'
			continue
		case hclsyntax.TokenEOF:
			continue
		}
		if newline {
			writeText(h, "\n")
			newline = false
		}
		writeText(h, string(t.Bytes))
	}
	return Digest(h.Sum(nil))
}

// writeText writes a text with its length, so that two texts do not run together.
func writeText(h hash.Hash, text string) {
	h.Write(binary.AppendUvarint(nil, uint64(len(text))))
	h.Write([]byte(text))
}
