package main

import (
	"go/ast"
	"path/filepath"
	"strings"
)

// references are the files below a folder and which of them refer to which.
type references struct {
	files map[string]bool
	edges map[[2]string]bool // from, to
}

// referencesBelow finds the references between files of the folder and the
// folders below it: a file refers to another one if it names something that is
// declared there.
func referencesBelow(packages []*loaded, folder string) *references {
	g := &references{files: map[string]bool{}, edges: map[[2]string]bool{}}
	within := func(p *loaded) bool { return p.path == folder || strings.HasPrefix(p.path, folder+"/") }
	for _, p := range packages {
		if !within(p) {
			continue
		}
		for _, f := range p.files {
			g.files[p.fset.File(f.Pos()).Name()] = true
		}
	}
	for _, p := range packages {
		if !within(p) {
			continue
		}
		for ident, object := range p.info.Uses {
			if !object.Pos().IsValid() {
				continue
			}
			from, to := p.fset.Position(ident.Pos()).Filename, filepath.Clean(p.fset.Position(object.Pos()).Filename)
			if from != to && g.files[to] {
				g.edges[[2]string{from, to}] = true
			}
		}
	}
	return g
}

func (g *references) references() int { return len(g.edges) }

// backward counts the references that point against the best order of the files
// that is found: in each step the file goes last that has the most references to
// the files left over those from them (Eades, Lin and Smyth 1993).
func (g *references) backward() int {
	left := map[string]bool{}
	for f := range g.files {
		left[f] = true
	}
	rank := map[string]int{}
	for len(left) > 0 {
		best, most := "", 0
		for f := range left {
			if score := g.surplus(f, left); best == "" || score > most || score == most && f < best {
				best, most = f, score
			}
		}
		rank[best] = len(rank)
		delete(left, best)
	}
	count := 0
	for e := range g.edges {
		if rank[e[0]] > rank[e[1]] {
			count++
		}
	}
	return count
}

// surplus is the number of references of a file to the files left, less the number
// of references from them.
func (g *references) surplus(file string, left map[string]bool) int {
	n := 0
	for e := range g.edges {
		switch {
		case e[0] == file && left[e[1]]:
			n++
		case e[1] == file && left[e[0]]:
			n--
		}
	}
	return n
}

// typeFigures count how the engine looks at kinds.
type typeFigures struct{ interfaces, assertions int }

// measureTypes counts the interfaces that package flow declares, and the type
// assertions and switches on actions, triggers and events in all packages.
func measureTypes(packages []*loaded) typeFigures {
	var out typeFigures
	for _, p := range packages {
		for _, f := range p.files {
			ast.Inspect(f, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.TypeSpec:
					if _, ok := n.Type.(*ast.InterfaceType); ok && p.path == "flow" {
						out.interfaces++
					}
				case *ast.TypeAssertExpr:
					if isKind(p, n.X) {
						out.assertions++
					}
				}
				return true
			})
		}
	}
	return out
}

func isKind(p *loaded, x ast.Expr) bool {
	t := p.info.Types[x].Type
	if t == nil {
		return false
	}
	for _, name := range []string{"Action", "Trigger", "Event", "Logger"} {
		if strings.HasSuffix(t.String(), "/flow."+name) {
			return true
		}
	}
	return false
}
