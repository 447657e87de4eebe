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

// scopes makes the scopes of one load. Files of one folder share theirs.
type scopes struct {
	reader *reader
	clock  clock.Clock
	unset  Unset
	source func(name string) []byte

	consts map[string]cty.Value // by root, as far as they are known already
	made   map[string]*expr.Scope
	base   map[string]function.Function
	tables map[string]map[string]function.Function
	absent map[string]map[string]string
}

func newScopes(r *reader, c clock.Clock, unset Unset, kinds flow.Kinds, source func(name string) []byte) *scopes {
	return &scopes{
		reader: r, clock: c, unset: unset, source: source,
		consts: map[string]cty.Value{}, made: map[string]*expr.Scope{},
		base: funcs.Table(funcs.Options{}), tables: map[string]map[string]function.Function{},
		absent: absentAtLoad(kinds),
	}
}

// define makes a root name known to the scopes that are made from now on.
func (s *scopes) define(root string, v cty.Value) {
	s.consts = maps.Clone(s.consts) // the scopes made so far keep theirs
	s.consts[root] = v
	clear(s.made)
}

// of returns the names that expressions of a file may read at load.
func (s *scopes) of(f *file) *expr.Scope {
	if made, ok := s.made[f.dir]; ok {
		return made
	}
	s.made[f.dir] = s.with(f, s.consts)
	return s.made[f.dir]
}

// with is of for other constants than those known so far.
func (s *scopes) with(f *file, consts map[string]cty.Value) *expr.Scope {
	return expr.NewScope(consts, s.table(f.dir), s.clock).WithSource(s.source).WithUnavailableNames(s.absent)
}

// table returns the functions as files of a folder call them.
func (s *scopes) table(dir string) map[string]function.Function {
	if table, ok := s.tables[dir]; ok {
		return table
	}
	reader := s.reader // and not s, which expressions would keep alive
	table := maps.Clone(s.base)
	maps.Copy(table, funcs.TablePerFile(funcs.Options{
		Env:        reader.env,
		ReadFile:   func(path string) ([]byte, error) { return reader.named(dir, path) },
		AllowUnset: s.unset == AllowUnset,
	}))
	s.tables[dir] = table
	return table
}

// absentAtLoad explains the names that can't be read at load, or not yet.
func absentAtLoad(kinds flow.Kinds) map[string]map[string]string {
	out := map[string]map[string]string{}
	roots := append(slices.Collect(maps.Keys(flow.TriggerRoots(kinds.Triggers))), "action", "run", "flow", "each", "error")
	for _, root := range roots {
		out[root] = map[string]string{"": fmt.Sprintf("%q belongs to a run, and this is read when the file is loaded.", root)}
	}
	for root, form := range map[string]string{
		"secret":     `secret "NAME" { env = "VARIABLE" }`,
		"local":      `locals { NAME = VALUE }`,
		"connection": `connection "http" "NAME" { … }`,
	} {
		out[root] = map[string]string{
			"":  "Secrets are read first, then locals, then connections, and each can read only what comes before it.",
			"*": fmt.Sprintf("It would be declared by %s at the top level of a file.", form),
		}
	}
	return out
}
