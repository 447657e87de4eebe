package config

import (
	"fmt"
	"maps"

	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/config/expr/funcs"
)

// scope returns the names that expressions of a file may read at load, as far
// as they are known already.
func (l *loader) scope(f *file) *expr.Scope {
	return l.scopeOf(f, maps.Clone(l.consts))
}

func (l *loader) scopeOf(f *file, consts map[string]cty.Value) *expr.Scope {
	reader, dir := l.reader, f.dir // and not the loader, which runs would keep alive
	table := funcs.Table(funcs.Options{
		Env:        l.reader.env,
		ReadFile:   func(path string) ([]byte, error) { return reader.named(dir, path) },
		AllowUnset: l.Unset == AllowUnset,
	})
	s := expr.NewScope(consts, table).WithSource(func(name string) []byte { return l.sources[name] })
	for _, root := range []string{"webhook", "action", "run", "flow", "each", "error"} {
		s = s.WithAbsent(root, map[string]string{"": fmt.Sprintf("%q belongs to a run, and this is read when the file is loaded.", root)})
	}
	for root, form := range map[string]string{
		"secret":     `secret "NAME" { env = "VARIABLE" }`,
		"local":      `locals { NAME = VALUE }`,
		"connection": `connection "http" "NAME" { … }`,
	} {
		s = s.WithAbsent(root, map[string]string{
			"":  "Secrets are read first, then locals, then connections, and each can read only what comes before it.",
			"*": fmt.Sprintf("It would be declared by %s at the top level of a file.", form),
		})
	}
	return s
}

// known is the value of a root name. Where a file could not be parsed nobody
// can tell what is missing, so everything is taken for known.
func (l *loader) known(members map[string]cty.Value) cty.Value {
	if l.broken {
		return cty.DynamicVal
	}
	return cty.ObjectVal(members)
}
