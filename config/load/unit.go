package load

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/config/expr/funcs"
)

// unit is what the compilation of one block depends on and has found out, besides its
// text and place.
type unit struct {
	globals *globals
	reads   *reads // nil if the block calls no function that reads
	derived []string
	diags   hcl.Diagnostics
}

// allGlobals are the names of everything.
func allGlobals() []string { return []string{"connection.", "local.", "secret."} }

// compileUnit calls compile with a scope of the globals that a block of a folder names.
// reads says that it calls a function that reads files or the environment. If that
// gives errors, or reads more than the block names, it does so with all of them:
// findings list the names that may be meant.
func (l *loader) compileUnit(dir string, names []string, reads bool, compile func(*expr.Scope) hcl.Diagnostics) *unit {
	whole := false
	u, scope := l.newUnit(dir, names, reads)
	u.diags = compile(scope.WithConstantObserver(func(string) { whole = true }))
	if whole || u.diags.HasErrors() {
		u, scope = l.newUnit(dir, allGlobals(), reads)
		u.diags = compile(scope)
	}
	if u.reads != nil {
		u.reads.close()
	}
	return u
}

func (l *loader) newUnit(dir string, names []string, reads bool) (*unit, *expr.Scope) {
	u := &unit{globals: l.globalsFor(dir, names)}
	if reads {
		u.reads = newReads(l.reader, dir)
	}
	return u, u.scope(l.Unset).WithDerived(func(text string) { u.derived = append(u.derived, text) })
}

// scope returns what the block may read.
func (u *unit) scope(unset Unset) *expr.Scope {
	if u.reads == nil {
		return u.globals.scope
	}
	return u.globals.scope.WithFunctions(funcs.TablePerFile(funcs.Options{
		Env: u.reads.lookUpEnv, ReadFile: u.reads.readFile, AllowUnset: unset == AllowUnset,
	}))
}

// callsReader reports whether a block calls a function that reads files or the
// environment.
func callsReader(b *hclsyntax.Block) bool {
	found := false
	_ = hclsyntax.VisitAll(b.Body, func(n hclsyntax.Node) hcl.Diagnostics {
		call, ok := n.(*hclsyntax.FunctionCallExpr)
		found = found || ok && funcs.ReadsAtLoad(call.Name)
		return nil
	})
	return found
}

// isCurrent reports whether a block that is compiled again gives the same. While files
// can't be parsed, the values of globals are not known, and an earlier result is as
// good.
func (l *loader) isCurrent(u *unit) bool {
	current := u.reads == nil || u.reads.isCurrent(l.reader)
	if l.incomplete {
		return current
	}
	return current && l.settings == l.kept.last.settings && l.globalsAreCurrent(u.globals)
}

// globalsFor is that of scopes, for several goroutines.
func (l *loader) globalsFor(dir string, names []string) *globals {
	l.globalsLock.Lock()
	defer l.globalsLock.Unlock()
	return l.scopes.globalsFor(dir, names)
}

func (l *loader) globalsAreCurrent(g *globals) bool {
	current, known := l.checkedGlobals[g]
	if !known {
		current = l.scopes.globalsFor(g.dir, g.names) == g
		l.checkedGlobals[g] = current
	}
	return current
}

// compiledConnection is a connection that was decoded without errors.
type compiledConnection struct {
	*unit
	text  string
	at    hcl.Range
	value cty.Value
}
