package load

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty/function"

	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/config/expr/funcs"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/clock"
)

// Loader loads the same flow files again and again. A load compiles a flow only if
// something has changed on which the flow depends, and returns the flow of the last
// load without errors otherwise. Its result equals that of Files. A flow depends on
//
//   - its text and the place of the text, because findings and steps have places
//   - the values and the source of the locals, secrets and connections that it names
//   - the files and variables of the environment that its expressions have read
//   - the flows that it calls, and on what others make sensitive in it
//   - the settings of the gateway block with which actions open their clients
//
// A Loader is not safe for concurrent use.
type Loader struct {
	opts        Options
	unavailable map[string]map[string]string
	functions   map[string]function.Function // of blocks that read no files
	programs    *expr.Programs

	known   map[string]Digest // see Trust
	files   map[Path]*file    // of the last load
	sources map[string][]byte // texts of the load at work
	last    generation
	// keepForms has expressions keep their forms, so that tests can compare both.
	keepForms bool
	// parseAll has loads sketch no files, so that tests can compare both.
	parseAll bool
	// compiled counts the flows that the last load has compiled.
	compiled int
}

// generation is the result of a load without errors.
type generation struct {
	settings    string
	sources     Digest // of the locals, secrets and connections
	flows       map[place]*compiledFlow
	connections map[place]*compiledConnection
	globals     map[string]*globals // by key
}

// place is where a block begins.
type place struct {
	file string
	byte int
}

// NewLoader returns a loader that has loaded nothing.
func NewLoader(o Options) *Loader {
	if o.Clock == nil {
		o.Clock = clock.System{}
	}
	if o.Kinds.Roots == nil {
		o.Kinds.Roots = flow.TriggerRoots(o.Kinds.Triggers)
	}
	functions := funcs.Table(funcs.Options{})
	for name, f := range funcs.TablePerFile(funcs.Options{
		Env:      func(string) (string, bool) { return "", false },
		ReadFile: func(string) ([]byte, error) { return nil, errReaderClosed },
	}) {
		functions[name] = f
	}
	return &Loader{opts: o, unavailable: unavailableAtLoad(o.Kinds, o.Connections), functions: functions, programs: &expr.Programs{}}
}

// Trust tells the next load the digests of files that the caller has just read. Files
// that had them at the last load are not read again.
func (kept *Loader) Trust(read map[string]Digest) { kept.known = read }

// Load loads the flow files.
func (kept *Loader) Load() (*Config, hcl.Diagnostics) {
	for {
		if c, diags := kept.loadOnce(); c != nil {
			return c, diags
		}
	}
}

// loadOnce loads the flow files. It returns nil if it has sketched files that have syntax
// errors. The next load parses them.
func (kept *Loader) loadOnce() (*Config, hcl.Diagnostics) {
	l := &loader{Options: kept.opts, kept: kept, reader: newReader(kept.opts, kept.known), sources: make(map[string][]byte, len(kept.files)), checkedGlobals: map[*globals]bool{}}
	l.next = generation{flows: make(map[place]*compiledFlow, len(kept.last.flows)), connections: map[place]*compiledConnection{}}
	kept.sources, kept.compiled, kept.known = l.sources, 0, nil
	l.scopes = newScopes(kept, l.reader)
	defer l.reader.close()
	defer kept.dropSyntax()
	defer func() {
		if l.endBulk != nil {
			l.endBulk()
		}
	}()
	c := l.load()
	if c == nil {
		kept.Trust(l.reader.digests())
		return nil, nil
	}
	if !l.diags.HasErrors() {
		l.next.settings, l.next.globals = l.settings, l.scopes.globals
		kept.last = l.next
	}
	return c, l.diags
}

// Compiled returns how many flows the last load has compiled.
func (kept *Loader) Compiled() int { return kept.compiled }

// textOf returns the text of a flow file while a load is at work.
func (kept *Loader) textOf(name string) []byte { return kept.sources[name] }

// dropSyntax lets go what only a load needs.
func (kept *Loader) dropSyntax() {
	kept.sources = nil
	for _, f := range kept.files {
		f.dropSyntax()
	}
}
