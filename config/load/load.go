// Package load reads flow files: it finds and parses them, evaluates the values
// that are fixed at load, and compiles every flow. Each mistake becomes a
// finding at its line. Loading is pure: files come from an fs.FS, variables of
// the environment from a function, and nothing is opened or sent.
package load

import (
	"cmp"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/clock"
)

// Options is the input of a load.
type Options struct {
	// FS holds the flow files and the files that they read with file(). Its
	// root is where absolute paths begin.
	FS fs.FS
	// Paths are the files and folders to read.
	Paths []Path
	// Env looks up a variable of the environment. If nil, no variable is set.
	Env func(name string) (string, bool)
	// Secret, if set, gives the values of secrets in place of their sources.
	Secret func(name string) (value string, ok bool)
	// Clock limits how long expressions are evaluated. The machine's clock if nil,
	// so that modules that cannot import package clock can load flows in tests.
	Clock clock.Clock
	// Unset says how to treat unset secrets and variables.
	Unset Unset
	// LocalOnly says that only this machine can send requests to the flows. A
	// secret that is too short is a warning then.
	LocalOnly bool
	// Kinds are the triggers and actions that flows may use.
	Kinds       flow.Kinds
	Connections []flow.ConnectionKind
	// Bulk, if set, is called before a load parses or compiles many flows, with their
	// number as far as it is known. The load calls step from several goroutines for each
	// flow that it has parsed or compiled, and end at its end.
	Bulk func(flows int) (step, end func())
}

// Path is a file or a folder to read.
type Path struct {
	Dir  string // slash-separated path in the file system
	Name string // the name in findings; Dir if empty
}

// Unset says how a load treats unset secrets and variables.
type Unset int

// A configuration that runs needs every secret and variable. A check on another
// machine may allow unset ones; values that depend on them are not checked.
const (
	RequireSet Unset = iota
	AllowUnset
)

// Config is a loaded configuration. It is never changed.
type Config struct {
	Gateway Gateway
	Flows   []*flow.Flow      // in order of files and lines
	Secrets []string          // values of all secrets, and texts computed from them, to redact in logs
	Files   map[string][]byte // flow files by their name in findings
	Read    []Source          // all files that were read or missing, in order of paths
	// Credentials are the places where the files state a credential instead of
	// reading a secret, each with its text.
	Credentials []WrittenCredential
}

// WrittenCredential is a credential that the files state.
type WrittenCredential struct {
	Range hcl.Range // where it is used; the text may be in a local
	Text  string
}

// writtenCredentials returns the credentials of which the load has warned.
func writtenCredentials(diags hcl.Diagnostics) []WrittenCredential {
	var out []WrittenCredential
	for _, d := range diags {
		if c, ok := d.Extra.(schema.WrittenCredential); ok {
			out = append(out, WrittenCredential{*d.Subject, c.Text})
		}
	}
	return out
}

// loader holds the state of one load.
type loader struct {
	Options

	kept       *Loader // what earlier loads have left
	sources    map[string][]byte
	reader     *reader
	files      []*file
	scopes     *scopes
	secrets    []string
	incomplete bool                                 // a file could not be read or parsed, so names may be missing
	settings   string                               // of the gateway block, as far as flows and connections depend on them
	egress     func(host string, port uint16) error // nil if the policy is not known
	diags      hcl.Diagnostics

	mistaken atomic.Bool // at least one file is, see file

	globalsLock    sync.Mutex
	checkedGlobals map[*globals]bool

	stepBulk, endBulk func() // see Options.Bulk; nil if it was not called

	next generation // what this load leaves if it has no errors
}

// Files loads the flow files under the paths. If it finds errors, only Files,
// Read and Secrets of the Config may be used.
func Files(o Options) (*Config, hcl.Diagnostics) { return NewLoader(o).Load() }

// load does one load. It returns nil if it has found a mistaken file.
func (l *loader) load() *Config {
	l.readFlowFiles()
	c := &Config{Gateway: defaultGateway(), Files: l.sources}
	l.checkTopLevel()
	l.decodeSecrets()
	l.evalLocals()
	l.decodeGateway(&c.Gateway)
	l.decodeConnections()
	compiler := l.compileFlows()
	if l.mistaken.Load() {
		return nil
	}
	linked := compiler.result()
	c.Flows = linked.flows
	l.report(checkRoutes(c.Flows)...)
	l.report(checkRenames(c.Flows)...)
	l.report(linked.calls...)
	l.report(linked.delays...)
	l.report(checkEndlessCalls(c.Flows)...)
	l.report(checkWatchedFlows(c.Flows, l.incomplete)...)
	l.report(linked.sensitivity...)
	l.report(linked.links...)
	l.checkProxies(c)
	l.checkHasFlow(c.Flows)
	l.report(checkPublicURL(c.Flows, c.Gateway.PublicURL)...)
	l.report(checkSharedSecrets(c.Flows)...)
	l.report(checkClientCertificates(c.Flows, c.Gateway.TLS)...)
	if !l.diags.HasErrors() {
		compiler.setVersions()
	}
	c.Credentials = writtenCredentials(l.diags)
	c.Secrets, c.Read = slices.Concat(l.secrets, l.scopes.derived.list()), l.reader.sources()
	return c
}

// bulkFlows is from how many flows a load is one of many flows.
const bulkFlows = 500

// announceBulk calls Options.Bulk, once, if the number of flows or files is large.
func (l *loader) announceBulk(n int) {
	if n >= bulkFlows && l.Bulk != nil && l.endBulk == nil {
		l.stepBulk, l.endBulk = l.Bulk(n)
	}
}

func (l *loader) countBulk() {
	if l.stepBulk != nil {
		l.stepBulk()
	}
}

func (l *loader) report(d ...*hcl.Diagnostic) { l.diags = append(l.diags, d...) }

// defineRoot makes a root name known to blocks that are decoded later. If a file
// could not be parsed, its members of the root are unknown, so any member is
// accepted.
func (l *loader) defineRoot(root string, members map[string]cty.Value) {
	v := cty.ObjectVal(members)
	if l.incomplete {
		v = cty.DynamicVal
	}
	l.scopes.define(root, v)
}

// checkHasFlow warns if there is no flow and no other finding explains it.
func (l *loader) checkHasFlow(flows []*flow.Flow) {
	if len(flows) > 0 || l.diags.HasErrors() {
		return
	}
	names := make([]string, len(l.Paths))
	for i, p := range l.Paths {
		names[i] = strconv.Quote(cmp.Or(p.Name, p.Dir))
	}
	detail := fmt.Sprintf("No .hcl file under %s has a flow. A flow looks like this: flow \"NAME\" { … }.", strings.Join(names, ", "))
	if len(l.files) == 0 {
		detail = fmt.Sprintf("There is no .hcl file under %s.", strings.Join(names, ", "))
	}
	l.report(&hcl.Diagnostic{Severity: hcl.DiagWarning, Summary: "No flow found", Detail: detail})
}

// locatedBlock is a top-level block and its file.
type locatedBlock struct {
	*hclsyntax.Block
	file *file
}

// blocksOfType lists the top-level blocks of a type, but flows, in order of files and lines.
func (l *loader) blocksOfType(typ string) []locatedBlock {
	var out []locatedBlock
	for _, f := range l.files {
		for _, b := range f.body.Blocks {
			if b.Type == typ {
				out = append(out, locatedBlock{b, f})
			}
		}
	}
	return out
}
