package load

import (
	"fmt"
	"maps"
	"slices"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"

	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/config/expr/funcs"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/clock"
)

// scopes makes the scopes of one load. Files of one folder share a scope.
type scopes struct {
	kept   *Loader
	reader *reader
	clock  clock.Clock
	unset  Unset

	consts  map[string]cty.Value // by root, as far as they are known
	written map[string]bool      // by name: locals that the files alone state
	byDir   map[string]*expr.Scope
	tables  map[string]map[string]function.Function
	derived *derivedTexts
	globals map[string]*globals // by key
}

func newScopes(kept *Loader, r *reader) *scopes {
	return &scopes{
		kept: kept, reader: r, clock: kept.opts.Clock, unset: kept.opts.Unset,
		consts: map[string]cty.Value{}, written: map[string]bool{}, byDir: map[string]*expr.Scope{},
		tables: map[string]map[string]function.Function{}, derived: &derivedTexts{}, globals: map[string]*globals{},
	}
}

// define makes a root name known to scopes that are made later.
func (s *scopes) define(root string, v cty.Value) {
	s.consts = maps.Clone(s.consts) // earlier scopes keep their map
	s.consts[root] = v
	clear(s.byDir)
}

// forFile returns the scope of the expressions of a file at load, with all that is
// known.
func (s *scopes) forFile(f *file) *expr.Scope {
	if scope, ok := s.byDir[f.dir]; ok {
		return scope
	}
	s.byDir[f.dir] = s.withConstants(f, s.consts)
	return s.byDir[f.dir]
}

// withConstants returns the scope of a file with other constants.
func (s *scopes) withConstants(f *file, consts map[string]cty.Value) *expr.Scope {
	return s.newScope(f.dir, consts, s.written, s.functions(f.dir)).WithDerived(s.derived.add)
}

func (s *scopes) newScope(dir string, consts map[string]cty.Value, written map[string]bool, functions map[string]function.Function) *expr.Scope {
	consts = maps.Clone(consts)
	consts["path"] = modulePath(dir)
	return expr.NewScope(consts, functions, s.clock).WithSource(s.kept.textOf).WithUnavailable(s.kept.whyUnavailable).WithWritten(written).WithPrograms(s.kept.programs)
}

// modulePath returns the value of the name "path" in files of a folder, whose name
// begins at the root of the file system.
func modulePath(dir string) cty.Value {
	return cty.ObjectVal(map[string]cty.Value{"module": cty.StringVal("/" + dir)})
}

// functions returns the functions for files of a folder. They read in this load only.
func (s *scopes) functions(dir string) map[string]function.Function {
	if table, ok := s.tables[dir]; ok {
		return table
	}
	table := maps.Clone(s.kept.functions)
	reader := s.reader // not s, because expressions keep the values of a closure
	maps.Copy(table, funcs.TablePerFile(funcs.Options{
		Env: reader.lookUpEnv,
		ReadFile: func(path string) ([]byte, error) {
			c := reader.readFile(resolvePath(dir, path))
			return c.src, c.err
		},
		AllowUnset: s.unset == AllowUnset,
	}))
	s.tables[dir] = table
	return table
}

func (l *Loader) whyUnavailable(place, name string) string { return l.unavailable[place][name] }

// unavailableAtLoad explains the names that can't be read at load, or not yet.
func unavailableAtLoad(kinds flow.Kinds, connections []flow.ConnectionKind) map[string]map[string]string {
	out := map[string]map[string]string{}
	roots := append(slices.Collect(maps.Keys(flow.TriggerRoots(kinds.Triggers))), "action", "run", "flow", "each", "error")
	for _, root := range roots {
		out[root] = map[string]string{"": fmt.Sprintf("%q has a value only in a run, and this is read when the file is loaded.", root)}
	}
	for root, form := range map[string]string{
		"secret":     `secret "NAME" { env = "VARIABLE" }`,
		"local":      `locals { NAME = VALUE }`,
		"connection": `connection "KIND" "NAME" { … }`,
	} {
		out[root] = map[string]string{
			"":  "Secrets are evaluated first, then locals, then connections. Each can read only the ones before it.",
			"*": fmt.Sprintf("Declare it by %s at the top level of a file.", form),
		}
	}
	for _, k := range connections {
		out["connection"][k.Name] = fmt.Sprintf("There is no connection of kind %q. Declare it by connection %[1]q \"NAME\" { … } at the top level of a file.", k.Name)
	}
	return out
}
