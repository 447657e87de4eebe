package arch

import (
	"go/ast"
	"slices"
	"strconv"
	"strings"
)

// checkSleeps returns a line for each time.Sleep in the package's tests that
// waits on the real clock. A function that is passed to synctest.Test, or to a
// helper that calls it, runs on a clock of its own. Helper functions of a file
// that uses synctest are assumed to run there.
func checkSleeps(s source) []string {
	helpers := s.bubbleHelpers()
	var faults []string
	for _, file := range s.files {
		bubbles := importsPath(file, "testing/synctest")
		ast.Inspect(file, func(n ast.Node) bool {
			if f, ok := n.(*ast.FuncDecl); ok && bubbles && !isTest(f) {
				return false
			}
			if s.isCall(n, "testing/synctest", "Test") || callsAny(n, helpers) {
				return false
			}
			if s.isCall(n, "time", "Sleep") {
				faults = append(faults, s.fault(n.Pos(),
					"sleeps: wait on a signal of the code, or run the test within synctest.Test"))
			}
			return true
		})
	}
	return faults
}

// bubbleHelpers returns the names of the functions that call synctest.Test, or a
// helper that does.
func (s source) bubbleHelpers() map[string]bool {
	helpers := map[string]bool{}
	for known := -1; known < len(helpers); {
		known = len(helpers)
		for _, file := range s.files {
			for _, d := range file.Decls {
				f, ok := d.(*ast.FuncDecl)
				if !ok || f.Recv != nil || isTest(f) {
					continue
				}
				ast.Inspect(f, func(n ast.Node) bool {
					if s.isCall(n, "testing/synctest", "Test") || callsAny(n, helpers) {
						helpers[f.Name.Name] = true
					}
					return true
				})
			}
		}
	}
	return helpers
}

// callsAny reports whether a node calls one of the functions of the package.
func callsAny(n ast.Node, names map[string]bool) bool {
	call, ok := n.(*ast.CallExpr)
	if !ok {
		return false
	}
	name, ok := call.Fun.(*ast.Ident)
	return ok && names[name.Name]
}

func isTest(f *ast.FuncDecl) bool {
	return f.Recv == nil && strings.HasPrefix(f.Name.Name, "Test")
}

func importsPath(file *ast.File, path string) bool {
	return slices.ContainsFunc(file.Imports, func(spec *ast.ImportSpec) bool {
		return spec.Path.Value == strconv.Quote(path)
	})
}
