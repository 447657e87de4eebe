package arch

import (
	"go/ast"
	"slices"
	"strconv"
	"strings"
)

// checkSleeps returns a line for each time.Sleep in the package's tests that
// waits on the real clock. Code within a call of synctest.Test runs on a clock of
// its own. Helper functions of a file that uses synctest are assumed to run
// there.
func checkSleeps(s source) []string {
	var faults []string
	for _, file := range s.files {
		bubbles := importsPath(file, "testing/synctest")
		ast.Inspect(file, func(n ast.Node) bool {
			if f, ok := n.(*ast.FuncDecl); ok && bubbles && !isTest(f) {
				return false
			}
			if s.isCall(n, "testing/synctest", "Test") {
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

func isTest(f *ast.FuncDecl) bool {
	return f.Recv == nil && strings.HasPrefix(f.Name.Name, "Test")
}

func importsPath(file *ast.File, path string) bool {
	return slices.ContainsFunc(file.Imports, func(spec *ast.ImportSpec) bool {
		return spec.Path.Value == strconv.Quote(path)
	})
}
