package flowtest

import (
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/config/expr/funcs"
	"github.com/webhook-gateway/gateway/config/load"
	"github.com/webhook-gateway/gateway/config/schema"
)

// testFile is one file of tests.
type testFile struct {
	suite   *suite
	name    string // in findings
	dir     string
	scope   *expr.Scope
	locals  map[string]cty.Value
	shared  settings
	mocks   []*hclsyntax.Block // for all tests of the file
	used    map[*hclsyntax.Block]bool
	actions []string // names of the actions of the tested flows
}

// fileBlocks are the blocks and attributes at the top level of a test file.
var fileBlocks = []string{"test", "mock", "locals", "secrets", "env"}

// addFile adds the tests of a file. src and body are nil if it can't be read.
func (s *suite) addFile(p load.Path, src []byte, body *hclsyntax.Body) {
	if src != nil {
		s.sources[p.Name] = src
	}
	if body == nil {
		return
	}
	f := &testFile{suite: s, name: p.Name, dir: path.Dir(p.Dir), locals: map[string]cty.Value{}, used: map[*hclsyntax.Block]bool{}}
	f.checkTopLevel(body)
	f.setScope()
	f.evalLocals(body)
	f.setScope()
	f.shared.secrets = f.textsOf(body, "secrets")
	f.shared.env = f.textsOf(body, "env")
	for _, b := range body.Blocks {
		if b.Type == "mock" {
			f.mocks = append(f.mocks, b)
		}
	}
	names := map[string]hcl.Range{}
	for _, b := range body.Blocks {
		if b.Type == "test" {
			f.addCase(b, names)
		}
	}
	f.checkSharedMocks()
}

func (f *testFile) report(d ...*hcl.Diagnostic) { f.suite.report(d...) }

func (f *testFile) checkTopLevel(body *hclsyntax.Body) {
	unknown := func(name string, at hcl.Range, what string) {
		detail := fmt.Sprintf("A test file has no %s %q.", what, name)
		hint := diag.DidYouMean(name, fileBlocks)
		if hint == "" {
			hint = " It has tests, mocks, locals, secrets and env."
		}
		f.report(diag.Error(at, "Unknown "+what, detail+hint))
	}
	for _, name := range slices.Sorted(maps.Keys(body.Attributes)) {
		if name != "secrets" && name != "env" {
			unknown(name, body.Attributes[name].NameRange, "attribute")
		}
	}
	for _, b := range body.Blocks {
		if b.Type != "test" && b.Type != "mock" && b.Type != "locals" {
			unknown(b.Type, b.TypeRange, "block")
		}
	}
}

// setScope makes the scope of the expressions of the file.
func (f *testFile) setScope() {
	s := f.suite
	table := funcs.Table(funcs.Options{})
	maps.Copy(table, funcs.TablePerFile(funcs.Options{Env: func(string) (string, bool) { return "", false }, ReadFile: f.readFile}))
	consts := map[string]cty.Value{"local": cty.ObjectVal(f.locals), "path": cty.ObjectVal(map[string]cty.Value{"module": cty.StringVal("/" + f.dir)})}
	f.scope = expr.NewScope(consts, table, s.Clock).WithSource(func(name string) []byte { return s.sources[name] }).With("secret", s.secretType())
}

// readFile reads a file that the test file names.
func (f *testFile) readFile(name string) ([]byte, error) {
	if strings.HasPrefix(name, "/") {
		return load.ReadFile(f.suite.FS, strings.TrimPrefix(path.Clean(name), "/"))
	}
	full := path.Join(f.dir, name)
	if !fs.ValidPath(full) {
		return nil, fmt.Errorf("%s leads out of the file system", name)
	}
	return load.ReadFile(f.suite.FS, full)
}

// evalLocals evaluates the locals of the file, each after those that it reads.
func (f *testFile) evalLocals(body *hclsyntax.Body) {
	open := map[string]*hclsyntax.Attribute{}
	for _, b := range body.Blocks {
		if b.Type == "locals" {
			maps.Copy(open, b.Body.Attributes)
		}
	}
	for len(open) > 0 {
		before := len(open)
		for _, name := range slices.Sorted(maps.Keys(open)) {
			if readsLocals(open[name].Expr, open) {
				continue
			}
			e, diags := expr.Compile(open[name].Expr, f.scope, cty.DynamicPseudoType)
			f.report(diags...)
			f.locals[name] = cty.DynamicVal
			if e != nil {
				f.locals[name] = e.KnownParts()
			}
			delete(open, name)
		}
		f.setScope()
		if len(open) == before {
			for _, name := range slices.Sorted(maps.Keys(open)) {
				f.report(diag.Error(open[name].NameRange, "Locals in a cycle", fmt.Sprintf("The value of local.%s depends on itself. Remove one of the references.", name)))
			}
			return
		}
	}
}

// readsLocals reports whether an expression reads a local that is not evaluated yet.
func readsLocals(e hclsyntax.Expression, open map[string]*hclsyntax.Attribute) bool {
	return slices.ContainsFunc(e.Variables(), func(t hcl.Traversal) bool {
		if t.RootName() != "local" || len(t) < 2 {
			return false
		}
		attr, ok := t[1].(hcl.TraverseAttr)
		return ok && open[attr.Name] != nil
	})
}

// textsOf returns the texts of an attribute of the file.
func (f *testFile) textsOf(body *hclsyntax.Body, name string) map[string]string {
	a := body.Attributes[name]
	if a == nil {
		return nil
	}
	e, diags := expr.Compile(a.Expr, f.scope, expr.CtyType[map[string]string]())
	f.report(diags...)
	if e == nil {
		return nil
	}
	out, _ := expr.Bind[map[string]string](e).Constant()
	return out
}

// addCase decodes a test.
func (f *testFile) addCase(b *hclsyntax.Block, names map[string]hcl.Range) {
	c := newCase(f)
	_, diags := schema.DecodeSpec(&schema.Context{Scope: f.scope, Owner: c}, schema.Describe(c), b, 0)
	f.report(diags...)
	c.Range = b.DefRange()
	if first, twice := names[c.Name]; twice {
		f.report(diag.Error(b.LabelRanges[0], "Test named twice", fmt.Sprintf("Another test of the file is named %q, at line %d. Rename one of them.", c.Name, first.Start.Line)))
	}
	names[c.Name] = c.Range
	f.actions = append(f.actions, c.allActions()...)
	if !diags.HasErrors() {
		f.suite.cases = append(f.suite.cases, c)
	}
}

// checkSharedMocks reports mocks of the file that no test uses.
func (f *testFile) checkSharedMocks() {
	for _, b := range f.mocks {
		if !f.used[b] && len(b.Labels) == 1 {
			f.report(diag.Error(b.LabelRanges[0], "Unknown action", fmt.Sprintf("No flow that this file tests has an action %q.%s", b.Labels[0], diag.DidYouMean(b.Labels[0], f.actions))))
		}
	}
}
