package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// loaded is a type-checked package of the module, without its tests.
type loaded struct {
	path  string // relative to the module
	fset  *token.FileSet
	files []*ast.File
	info  *types.Info
}

// listed is the part of the output of `go list -json` that is read here.
type listed struct {
	ImportPath, Dir, Export string
	Standard                bool
	GoFiles                 []string
	Module                  *struct{ Path, Dir string }
}

// loadPackages type-checks the packages of the module in dir, without test
// helpers. The packages that they import come from compiled export data.
func loadPackages(dir string) ([]*loaded, error) {
	all, err := listPackages(dir)
	if err != nil {
		return nil, err
	}
	module, err := goList(dir, "-m", "-f", "{{.Path}}")
	if err != nil {
		return nil, err
	}
	root := strings.TrimSpace(string(module))
	exports := map[string]string{}
	for _, p := range all {
		exports[p.ImportPath] = p.Export
	}
	fset := token.NewFileSet()
	imports := importer.ForCompiler(fset, "gc", func(path string) (io.ReadCloser, error) {
		return os.Open(exports[path])
	})
	var out []*loaded
	for _, p := range all {
		path := strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, root), "/")
		if p.Module == nil || p.Module.Path != root || strings.HasPrefix(path, "internal/testutil") {
			continue
		}
		l, err := typeCheck(fset, imports, p)
		if err != nil {
			return nil, err
		}
		l.path = path
		out = append(out, l)
	}
	return out, nil
}

func listPackages(dir string) ([]listed, error) {
	text, err := goList(dir, "-export", "-deps", "-json=ImportPath,Dir,Export,Standard,GoFiles,Module", "./...")
	if err != nil {
		return nil, err
	}
	var out []listed
	for dec := json.NewDecoder(bytes.NewReader(text)); ; {
		var p listed
		switch err := dec.Decode(&p); {
		case errors.Is(err, io.EOF):
			return out, nil
		case err != nil:
			return nil, fmt.Errorf("reading the output of go list: %w", err)
		}
		out = append(out, p)
	}
}

func goList(dir string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(context.Background(), "go", append([]string{"list"}, args...)...)
	cmd.Dir, cmd.Stderr = dir, os.Stderr
	text, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w", err)
	}
	return text, nil
}

func typeCheck(fset *token.FileSet, imports types.Importer, p listed) (*loaded, error) {
	l := &loaded{fset: fset, info: &types.Info{Uses: map[*ast.Ident]types.Object{}, Types: map[ast.Expr]types.TypeAndValue{}}}
	for _, name := range p.GoFiles {
		file, err := parser.ParseFile(fset, filepath.Join(p.Dir, name), nil, parser.ParseComments)
		if err != nil {
			return nil, err
		}
		l.files = append(l.files, file)
	}
	config := types.Config{Importer: imports}
	if _, err := config.Check(p.ImportPath, fset, l.files, l.info); err != nil {
		return nil, fmt.Errorf("checking %s: %w", p.ImportPath, err)
	}
	return l, nil
}
