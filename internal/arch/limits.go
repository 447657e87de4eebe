package arch

import (
	"cmp"
	"errors"
	"fmt"
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"
)

// limit is a constant that bounds the work of the program.
type limit struct {
	name  string // package and name, such as "flow.MaxCallDepth"
	value string // a number, or a duration such as "30s"
}

// limitName matches the names of constants that bound something.
var limitName = regexp.MustCompile(`^(?:[mM]ax|[mM]in|[dD]efault|keep)[A-Z]|(?:Limit|Timeout|Attempts|Depth|Delay|Backoff|Interval|Connections|Pause|Sleep|Time)$`)

// findLimits returns the constants of the packages that are numbers or durations
// and whose name is that of a bound. Packages that only tests import have none.
func findLimits(packages []listed) ([]limit, error) {
	all := constants{packages: make(map[string]listed), checked: make(map[string]*types.Package)}
	for _, p := range packages {
		all.packages[p.ImportPath] = p
	}
	var found []limit
	for _, p := range packages {
		if !inProgram(p.path()) {
			continue
		}
		pkg, err := all.Import(p.ImportPath)
		if err != nil {
			return nil, err
		}
		scope := pkg.Scope()
		for _, name := range scope.Names() {
			c, ok := scope.Lookup(name).(*types.Const)
			if !ok || !limitName.MatchString(name) {
				continue
			}
			if value := limitValue(c); value != "" {
				found = append(found, limit{p.path() + "." + name, value})
			}
		}
	}
	slices.SortFunc(found, func(a, b limit) int { return cmp.Compare(a.name, b.name) })
	return found, nil
}

// inProgram tells whether the package is a part of the gateway.
func inProgram(pkg string) bool {
	first, _, _ := strings.Cut(pkg, "/")
	if slices.Contains([]string{"bench", "examples", "scripts"}, first) || strings.HasPrefix(path.Base(pkg), "storetest") {
		return false
	}
	return !slices.ContainsFunc([]string{"internal/testutil", "internal/e2e", "internal/arch"}, func(tests string) bool {
		return strings.HasPrefix(pkg+"/", tests+"/")
	})
}

// limitValue returns the value of a constant as text; empty if it is no number.
func limitValue(c *types.Const) string {
	if k := c.Val().Kind(); k != constant.Int && k != constant.Float {
		return ""
	}
	n, exact := constant.Int64Val(constant.ToInt(c.Val()))
	if !exact {
		return c.Val().String()
	}
	if c.Type().String() == "time.Duration" {
		return time.Duration(n).String()
	}
	return fmt.Sprint(n)
}

// constants checks the types of packages as far as their constants need it.
type constants struct {
	packages map[string]listed
	checked  map[string]*types.Package
}

// Import implements types.Importer for the packages of the module and for time.
func (c constants) Import(importPath string) (*types.Package, error) {
	if pkg := c.checked[importPath]; pkg != nil {
		return pkg, nil
	}
	var files []*ast.File
	var fset *token.FileSet
	switch p, ours := c.packages[importPath]; {
	case importPath == "time":
		s, err := parseSource("time", map[string]string{"time.go": timeUnits})
		if err != nil {
			return nil, err
		}
		files, fset = s.files, s.fset
	case ours:
		s, err := readSource(p, slices.Concat(p.GoFiles, p.CgoFiles))
		if err != nil {
			return nil, err
		}
		files, fset = s.files, s.fset
	default:
		return nil, errors.New("packages of others are not read")
	}
	conf := types.Config{Importer: c, Error: func(error) {}, FakeImportC: true, IgnoreFuncBodies: true}
	c.checked[importPath], _ = conf.Check(importPath, fset, files, nil)
	return c.checked[importPath], nil
}

// timeUnits stands for the package time: constants need no more of it.
const timeUnits = `package time

type Duration int64

const (
	Nanosecond  Duration = 1
	Microsecond          = 1000 * Nanosecond
	Millisecond          = 1000 * Microsecond
	Second               = 1000 * Millisecond
	Minute               = 60 * Second
	Hour                 = 60 * Minute
)
`

// checkLimits returns a line for each limit that the page does not name and that
// has no exception, and for each exception that excuses nothing.
func checkLimits(limits []limit, page string, exceptions map[string]string) []string {
	var faults []string
	known := make(map[string]bool)
	for _, l := range limits {
		known[l.name] = true
		onPage := strings.Contains(page, `"`+l.name+`"`)
		switch _, excused := exceptions[l.name]; {
		case !onPage && !excused:
			faults = append(faults, fmt.Sprintf("%s = %s is not on the page of limits; add it to cmd/pages/limits.md", l.name, l.value))
		case onPage && excused:
			faults = append(faults, fmt.Sprintf("%s is on the page of limits and among its exceptions", l.name))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(exceptions)) {
		if !known[name] {
			faults = append(faults, fmt.Sprintf("the exception %s is no constant that bounds something", name))
		}
	}
	return faults
}
