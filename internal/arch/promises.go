package arch

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

var (
	// inCode matches a text in backticks.
	inCode = regexp.MustCompile("`([^`\n]+)`")
	// testName matches the name of a test, such as outbound.TestRebinding: the
	// package relative to the module, and the function.
	testName = regexp.MustCompile(`^([a-z0-9_/]+)\.((?:Test|Fuzz)[A-Z]\w*)$`)
	// likeTest matches what is meant as the name of a test.
	likeTest = regexp.MustCompile(`\b(?:Test|Fuzz)[A-Z]\w*`)
)

// checkPromises returns a line for each fault of a page of promises. The rows of a
// table whose last column is named "tests" name at least one test each, and each
// test that the page names exists. To find no such row is a fault.
func checkPromises(page string, exists func(pkg, test string) bool) []string {
	var faults []string
	rows, tested := 0, false
	number := 0
	for line := range strings.Lines(page) {
		number++
		found, wrong := testsIn(line, exists)
		for _, w := range wrong {
			faults = append(faults, fmt.Sprintf("line %d: %s", number, w))
		}
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		last := strings.TrimSpace(cells[len(cells)-1])
		switch {
		case !strings.HasPrefix(line, "|"):
			tested = false
		case last == "tests":
			tested = true
		case tested && last != "---":
			rows++
			if found == 0 {
				faults = append(faults, fmt.Sprintf("line %d: the promise names no test", number))
			}
		}
	}
	if rows == 0 {
		faults = append(faults, "the page has no table with tests")
	}
	return faults
}

// testsIn returns how many tests a line names that exist, and what is wrong with
// the others.
func testsIn(line string, exists func(pkg, test string) bool) (found int, wrong []string) {
	for _, code := range inCode.FindAllStringSubmatch(line, -1) {
		if !likeTest.MatchString(code[1]) {
			continue
		}
		switch m := testName.FindStringSubmatch(code[1]); {
		case m == nil:
			wrong = append(wrong, fmt.Sprintf("%q is not of the form package.TestName", code[1]))
		case !exists(m[1], m[2]):
			wrong = append(wrong, fmt.Sprintf("there is no test %s in package %s", m[2], m[1]))
		default:
			found++
		}
	}
	return found, wrong
}

// testsOf returns the names of the test functions of a package.
func testsOf(p listed) ([]string, error) {
	var names []string
	for _, name := range slices.Concat(p.TestGoFiles, p.XTestGoFiles) {
		file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(p.Dir, name), nil, parser.SkipObjectResolution)
		if err != nil {
			return nil, fmt.Errorf("parsing a test of %s: %w", p.path(), err)
		}
		for _, d := range file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil {
				names = append(names, f.Name.Name)
			}
		}
	}
	return names, nil
}
