package arch

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"
)

// checkState returns a line for each package-level variable that can change, and
// for each change of one, in this package or another. golangci-lint has no such
// check: gochecknoglobals also reports tables that are only read.
func checkState(s source) []string {
	var faults []string
	for _, file := range s.files {
		for _, d := range file.Decls {
			if d, ok := d.(*ast.GenDecl); ok && d.Tok == token.VAR {
				faults = append(faults, s.changeableVars(d)...)
			}
		}
		faults = append(faults, s.changes(file)...)
	}
	return faults
}

// changeableVars finds variables that other packages can set (errors that
// callers compare with are the custom, and allowed), and those made to change.
func (s source) changeableVars(d *ast.GenDecl) []string {
	var faults []string
	for _, spec := range d.Specs {
		v := spec.(*ast.ValueSpec)
		for _, name := range v.Names {
			if name.IsExported() && !strings.HasPrefix(name.Name, "Err") {
				faults = append(faults, s.fault(name.Pos(),
					"any package can set %s: make it a constant or a function", name.Name))
			}
		}
		if lock := s.madeToChange(v); lock != "" {
			faults = append(faults, s.fault(v.Pos(),
				"a package-level %s guards package-level state: put it into a struct", lock))
		}
	}
	return faults
}

// madeToChange returns the name of a type of sync or sync/atomic in the
// declaration, or "". Values that are computed once (sync.OnceValue) and
// buffers for reuse (sync.Pool) hold no state.
func (s source) madeToChange(v *ast.ValueSpec) string {
	harmless := []string{"OnceFunc", "OnceValue", "OnceValues", "Pool"}
	found := ""
	ast.Inspect(v, func(n ast.Node) bool {
		if _, ok := n.(*ast.FuncLit); ok {
			return false
		}
		if sel, ok := n.(*ast.SelectorExpr); ok {
			pkg := s.imported(sel.X)
			if pkg == "sync/atomic" || pkg == "sync" && !slices.Contains(harmless, sel.Sel.Name) {
				found = pkg + "." + sel.Sel.Name
			}
		}
		return true
	})
	return found
}

// changes finds statements that set a package-level variable or hand out its
// address.
func (s source) changes(file *ast.File) []string {
	var faults []string
	ast.Inspect(file, func(n ast.Node) bool {
		for _, target := range targets(n) {
			if name := s.packageLevel(target); name != "" {
				faults = append(faults, s.fault(n.Pos(),
					"%s is package-level and changes here: keep it in a struct that is handed down", name))
			}
		}
		return true
	})
	return faults
}

// targets returns the expressions whose values a node sets, or can set.
func targets(n ast.Node) []ast.Expr {
	switch n := n.(type) {
	case *ast.AssignStmt:
		if n.Tok != token.DEFINE {
			return n.Lhs
		}
	case *ast.RangeStmt:
		if n.Tok == token.ASSIGN {
			return []ast.Expr{n.Key, n.Value}
		}
	case *ast.IncDecStmt:
		return []ast.Expr{n.X}
	case *ast.UnaryExpr:
		if n.Op == token.AND {
			return []ast.Expr{n.X}
		}
	case *ast.CallExpr:
		if f, ok := n.Fun.(*ast.Ident); ok && (f.Name == "delete" || f.Name == "clear") {
			return n.Args[:1]
		}
	}
	return nil
}

// packageLevel returns the name of the package-level variable, of this package
// or another, that an expression is or lies in, or "".
func (s source) packageLevel(e ast.Expr) string {
	for {
		switch x := e.(type) {
		case *ast.ParenExpr:
			e = x.X
		case *ast.StarExpr:
			e = x.X
		case *ast.IndexExpr:
			e = x.X
		case *ast.SelectorExpr:
			if pkg := s.imported(x.X); pkg != "" {
				return pkg + "." + x.Sel.Name
			}
			e = x.X
		case *ast.Ident:
			if v, ok := s.uses[x].(*types.Var); ok && v.Parent() == s.scope {
				return x.Name
			}
			return ""
		default:
			return ""
		}
	}
}
