package arch

import (
	"go/ast"
	"slices"
	"strconv"
	"strings"
)

// checkBans returns a line for each import and each use of a name that the
// table keeps out of the package.
func checkBans(table []ban, s source) []string {
	var faults []string
	for _, b := range table {
		if !b.appliesTo(s.path) {
			continue
		}
		for _, file := range s.files {
			if len(b.names) == 0 {
				faults = append(faults, s.bannedImports(b, file)...)
			} else {
				faults = append(faults, s.bannedNames(b, file)...)
			}
		}
	}
	return faults
}

func (s source) bannedImports(b ban, file *ast.File) []string {
	var faults []string
	for _, spec := range file.Imports {
		path, err := strconv.Unquote(spec.Path.Value)
		if err == nil && matches(b.pkg+"/...", path) {
			faults = append(faults, s.fault(spec.Pos(), "imports %s: %s", path, b.why))
		}
	}
	return faults
}

func (s source) bannedNames(b ban, file *ast.File) []string {
	var faults []string
	ast.Inspect(file, func(n ast.Node) bool {
		sel, ok := n.(*ast.SelectorExpr)
		if ok && slices.Contains(b.names, sel.Sel.Name) && s.imported(sel.X) == b.pkg {
			faults = append(faults, s.fault(sel.Pos(), "uses %s.%s: %s", b.pkg, sel.Sel.Name, b.why))
		}
		return true
	})
	return faults
}

// checkSleeps returns a line for each time.Sleep in the package's tests that
// waits on the real clock. What is written within a call of synctest.Test runs
// on a clock of its own; so does, it is taken for granted, what other functions
// of such a file do than its tests.
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
