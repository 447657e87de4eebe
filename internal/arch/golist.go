package arch

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
)

// listed is what `go list -json` says of one package of this module.
type listed struct {
	ImportPath string
	Dir        string
	Module     struct{ Path string }

	GoFiles, CgoFiles, TestGoFiles, XTestGoFiles []string
	Imports, TestImports, XTestImports           []string
	EmbedFiles                                   []string
}

// path returns the package's path relative to its module.
func (p listed) path() string {
	return p.relative(p.ImportPath)
}

func (p listed) relative(importPath string) string {
	return strings.TrimPrefix(strings.TrimPrefix(importPath, p.Module.Path), "/")
}

// ours returns those of the imports that belong to the same module, relative
// to it.
func (p listed) ours(imports []string) []string {
	var paths []string
	for _, i := range imports {
		if i == p.Module.Path || strings.HasPrefix(i, p.Module.Path+"/") {
			paths = append(paths, p.relative(i))
		}
	}
	return paths
}

// goList asks the go command in root about the packages that the patterns
// match. To find none is an error.
func goList(ctx context.Context, root string, patterns ...string) ([]listed, error) {
	const fields = "ImportPath,Dir,Module,GoFiles,CgoFiles,TestGoFiles,XTestGoFiles,Imports,TestImports,XTestImports,EmbedFiles"
	cmd := exec.CommandContext(ctx, "go", append([]string{"list", "-json=" + fields}, patterns...)...)
	cmd.Dir = root
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go list %s: %w\n%s", strings.Join(patterns, " "), err, stderr.String())
	}
	return decodeList(out)
}

func decodeList(out []byte) ([]listed, error) {
	var packages []listed
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		err := dec.Decode(&p)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("reading what go list says: %w", err)
		}
		packages = append(packages, p)
	}
	if len(packages) == 0 {
		return nil, errors.New("go list finds no package; is this the module's folder?")
	}
	return packages, nil
}
