package jq

import (
	_ "embed"
	"strings"
	"sync"

	"github.com/itchyny/gojq"
)

// preludePrefix stands for prefix in the text of the prelude, because jq can't
// read that.
const preludePrefix = "gw_"

//go:embed prelude.jq
var preludeText string

// preludeDef is a definition and the definitions that it calls.
type preludeDef struct {
	def  *gojq.FuncDef
	uses map[string]bool
}

// prelude returns the definitions of the prelude by name/arity.
var prelude = sync.OnceValue(readPrelude)

func readPrelude() map[string]preludeDef {
	q, err := gojq.Parse(preludeText + "\n.")
	if err != nil {
		panic("prelude.jq: " + err.Error())
	}
	defs := make(map[string]preludeDef, len(q.FuncDefs))
	for _, def := range q.FuncDefs {
		r := &rewriter{used: map[string]bool{}}
		name := strings.TrimPrefix(def.Name, preludePrefix)
		def.Name = prefix + name
		r.funcDef(def)
		defs[key(name, len(def.Args))] = preludeDef{def, r.used}
	}
	return defs
}

// replaces reports whether this package has a function in the place of a
// builtin, given as name/arity.
func (r *rewriter) replaces(name string) bool {
	_, defined := r.defs[name]
	return defined || builtinReplacements[name]
}

// preludeDefs returns the definitions that a program uses, in the order of the
// prelude with those called before their callers.
func preludeDefs(used map[string]bool) []*gojq.FuncDef {
	defs := prelude()
	var out []*gojq.FuncDef
	added := map[string]bool{}
	var add func(name string)
	add = func(name string) {
		d, ok := defs[name]
		if !ok || added[name] {
			return
		}
		added[name] = true
		for _, callee := range sortedKeys(d.uses) {
			add(callee)
		}
		out = append(out, d.def)
	}
	for _, name := range sortedKeys(used) {
		add(name)
	}
	return out
}
