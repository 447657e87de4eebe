// Package load reads flow files: it finds and parses them, evaluates what
// is fixed at load, and compiles every flow, or says at each line what is
// wrong. It is pure: files come from an fs.FS, variables from a function, and
// nothing is opened or sent.
package load

import (
	"cmp"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/clock"
)

// Options is what loading needs from outside.
type Options struct {
	// FS holds the flow files and what they name with file(). It is rooted
	// where absolute paths begin.
	FS fs.FS
	// Paths are the files and folders to read.
	Paths []Path
	// Env looks up a variable of the environment. Without it none is set.
	Env func(name string) (string, bool)
	// Clock limits how long expressions are evaluated.
	Clock clock.Clock
	// Unset says what a secret or a variable that nobody set means.
	Unset Unset
	// Kinds are what flows may use.
	Kinds       flow.Kinds
	Connections []flow.ConnectionKind
}

// Path is a file or a folder to read.
type Path struct {
	Dir  string // slash-separated path in the file system
	Name string // what findings call it; Dir where empty
}

// Unset says what an unset secret or variable means.
type Unset int

// A configuration that runs needs all of them. A check on a machine that has
// none may allow them; what depends on one is then left unchecked.
const (
	RequireSet Unset = iota
	AllowUnset
)

// Config is a loaded configuration. It is never changed.
type Config struct {
	Gateway Gateway
	Flows   []*flow.Flow // in order of files and lines
	Secrets []string     // values of all secrets, to be kept out of logs
	Files   map[string][]byte
	Read    []Source // all files that were read or were not there, in order of paths
}

// loader holds what one load has found so far.
type loader struct {
	Options

	sources map[string][]byte
	reader  *reader
	files   []*file
	scopes  *scopes
	secrets []string
	broken  bool // a file could not be read or parsed, so names may be missing
	diags   hcl.Diagnostics
}

// file is one parsed flow file.
type file struct {
	name string // in findings
	dir  string // its folder in the file system
	body *hclsyntax.Body
}

// Load reads, checks and compiles. Files, Read and Secrets of the Config are
// there also where there are errors; the rest must not be used then.
func Load(o Options) (*Config, hcl.Diagnostics) {
	l := &loader{Options: o, reader: newReader(o), sources: map[string][]byte{}}
	l.scopes = newScopes(l.reader, o.Clock, o.Unset, o.Kinds, func(name string) []byte { return l.sources[name] })
	defer l.reader.close()
	l.readFiles()
	c := &Config{Gateway: defaults(), Files: l.sources}
	l.checkTopLevel()
	l.evalSecrets()
	l.evalLocals()
	l.decodeConnections()
	l.decodeGateway(&c.Gateway)
	c.Flows = l.compileFlows()
	l.diags = append(l.diags, checkRoutes(c.Flows)...)
	l.diags = append(l.diags, bindCalls(c.Flows, l.broken)...)
	l.diags = append(l.diags, checkEndless(c.Flows)...)
	l.checkLinks(c.Flows)
	l.checkAnyFlow(c.Flows)
	c.Secrets, c.Read = l.secrets, l.reader.sources()
	return c, l.diags
}

// define makes a root name known to what is decoded from now on. Where a file
// could not be parsed nobody can tell which members are missing, so everything
// is taken for known.
func (l *loader) define(root string, members map[string]cty.Value) {
	v := cty.ObjectVal(members)
	if l.broken {
		v = cty.DynamicVal
	}
	l.scopes.define(root, v)
}

// checkAnyFlow warns where nothing would be served, and nothing else says why.
func (l *loader) checkAnyFlow(flows []*flow.Flow) {
	if len(flows) > 0 || l.diags.HasErrors() {
		return
	}
	where := make([]string, len(l.Paths))
	for i, p := range l.Paths {
		where[i] = cmp.Or(p.Name, p.Dir)
	}
	detail := fmt.Sprintf("No .hcl file under %s has a flow. A flow begins like this: flow \"NAME\" { … }.", strings.Join(where, ", "))
	if len(l.files) == 0 {
		detail = fmt.Sprintf("There is no .hcl file under %s.", strings.Join(where, ", "))
	}
	l.add(&hcl.Diagnostic{Severity: hcl.DiagWarning, Summary: "No flow found", Detail: detail})
}

func (l *loader) add(d ...*hcl.Diagnostic) { l.diags = append(l.diags, d...) }

// blocks lists the top-level blocks of a type with their files, in order.
func (l *loader) blocks(typ string) []located {
	var out []located
	for _, f := range l.files {
		for _, b := range f.body.Blocks {
			if b.Type == typ {
				out = append(out, located{b, f})
			}
		}
	}
	return out
}

type located struct {
	*hclsyntax.Block
	file *file
}

// compileFlows compiles every flow, also those of files with other errors, so
// that all findings come at once.
func (l *loader) compileFlows() []*flow.Flow {
	blocks := l.blocks("flow")
	scopes := make([]*expr.Scope, len(blocks))
	for i, b := range blocks {
		scopes[i] = l.scopes.of(b.file)
	}
	flows, diags := make([]*flow.Flow, len(blocks)), make([]hcl.Diagnostics, len(blocks))
	each(len(blocks), func(i int) {
		flows[i], diags[i] = flow.Compile(blocks[i].Block, scopes[i], l.Kinds)
		diags[i] = append(diags[i], checkHeaderNames(blocks[i].Body)...)
	})
	var out []*flow.Flow
	seen := map[string]hcl.Range{}
	for i, f := range flows {
		l.add(diags[i]...)
		if f == nil {
			continue
		}
		b := blocks[i]
		if first, twice := seen[f.Name]; twice {
			l.add(diag.Error(b.LabelRanges[0], "Flow named twice", fmt.Sprintf("There is a flow %q already, at %s. Give one of them another name.", f.Name, place(first))))
			continue
		}
		seen[f.Name] = b.DefRange()
		out = append(out, f)
	}
	return slices.Clip(out)
}
