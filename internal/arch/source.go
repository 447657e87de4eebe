package arch

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"maps"
	"os"
	"path/filepath"
	"slices"
)

// source is a package's parsed files with the meaning of the names in them.
// Names of other packages are known as such, but not what they stand for:
// nothing else has to be built for it.
type source struct {
	path  string // of the package, relative to the module
	fset  *token.FileSet
	files []*ast.File
	uses  map[*ast.Ident]types.Object
	scope *types.Scope
}

// readSource reads the named files of a listed package.
func readSource(p listed, names []string) (source, error) {
	texts := make(map[string]string, len(names))
	for _, name := range names {
		text, err := os.ReadFile(filepath.Join(p.Dir, name))
		if err != nil {
			return source{}, fmt.Errorf("reading %s: %w", p.path(), err)
		}
		texts[name] = string(text)
	}
	return parseSource(p.path(), texts)
}

// parseSource parses texts by file name as the package at path.
func parseSource(path string, texts map[string]string) (source, error) {
	s := source{path: path, fset: token.NewFileSet(), uses: make(map[*ast.Ident]types.Object)}
	for _, name := range slices.Sorted(maps.Keys(texts)) {
		file, err := parser.ParseFile(s.fset, path+"/"+name, texts[name], parser.SkipObjectResolution)
		if err != nil {
			return source{}, fmt.Errorf("parsing %s: %w", path, err)
		}
		s.files = append(s.files, file)
	}
	// Every import fails and becomes an empty stand-in of the right path; the
	// errors that follow from that say nothing about the package.
	conf := types.Config{Importer: noImports{}, Error: func(error) {}, FakeImportC: true}
	pkg, _ := conf.Check(path, s.fset, s.files, &types.Info{Uses: s.uses})
	s.scope = pkg.Scope()
	return s, nil
}

type noImports struct{}

func (noImports) Import(string) (*types.Package, error) {
	return nil, errors.New("imports are not read")
}

// fault returns a line about the place.
func (s source) fault(at token.Pos, format string, args ...any) string {
	where := s.fset.Position(at)
	return fmt.Sprintf("%s:%d: ", where.Filename, where.Line) + fmt.Sprintf(format, args...)
}

// imported returns the path of the package that an expression names, or "".
func (s source) imported(e ast.Expr) string {
	id, ok := e.(*ast.Ident)
	if !ok {
		return ""
	}
	name, ok := s.uses[id].(*types.PkgName)
	if !ok {
		return ""
	}
	return name.Imported().Path()
}

// isCall tells whether a node calls the function of another package.
func (s source) isCall(n ast.Node, pkg, name string) bool {
	call, ok := n.(*ast.CallExpr)
	if !ok {
		return false
	}
	sel, ok := call.Fun.(*ast.SelectorExpr)
	return ok && sel.Sel.Name == name && s.imported(sel.X) == pkg
}
