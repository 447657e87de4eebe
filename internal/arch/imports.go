package arch

import (
	"fmt"
	"slices"
	"strings"
)

// matches tells whether a path lies under a pattern as room describes it.
func matches(pattern, path string) bool {
	if pattern == anything {
		return true
	}
	if above, ok := strings.CutSuffix(pattern, "/..."); ok {
		return path == above || strings.HasPrefix(path, above+"/")
	}
	if above, ok := strings.CutSuffix(pattern, "/*"); ok {
		name, below := strings.CutPrefix(path, above+"/")
		return below && !strings.Contains(name, "/")
	}
	return pattern == path
}

func matchesAny(patterns []string, path string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return matches(p, path) })
}

// roomOf returns the room that names the path itself, else the first whose
// pattern covers it.
func roomOf(table []room, path string) (room, bool) {
	for _, r := range table {
		if r.path == path {
			return r, true
		}
	}
	for _, r := range table {
		if matches(r.path, path) {
			return r, true
		}
	}
	return room{}, false
}

// checkImports returns a line for each import that the table does not allow,
// and for each package that it does not know.
func checkImports(table []room, packages []listed) []string {
	var faults []string
	for _, p := range packages {
		r, ok := roomOf(table, p.path())
		if !ok {
			faults = append(faults, fmt.Sprintf(
				"%s: no room covers this package; add it to internal/arch/rooms.go with what it may import and why",
				p.path()))
			continue
		}
		faults = append(faults, checkCode(r, p)...)
		faults = append(faults, checkTests(r, p)...)
	}
	return faults
}

func checkCode(r room, p listed) []string {
	var faults []string
	for _, path := range p.ours(p.Imports) {
		if !matchesAny(r.may, path) {
			faults = append(faults, fmt.Sprintf(
				"%s: imports %s, but may import %s: %s; turn the import around, or change internal/arch/rooms.go with a reason",
				p.path(), path, list(r.may), r.why))
		}
	}
	return faults
}

func checkTests(r room, p listed) []string {
	var faults []string
	for _, path := range p.ours(slices.Concat(p.TestImports, p.XTestImports)) {
		if matchesAny(testsMayNot(), path) && !matchesAny(r.may, path) && path != p.path() {
			faults = append(faults, fmt.Sprintf(
				"%s: its tests import %s; test the part alone, or move the test to where the whole is wired",
				p.path(), path))
		}
	}
	return faults
}

func list(paths []string) string {
	if len(paths) == 0 {
		return "nothing of this module"
	}
	return "only " + strings.Join(paths, ", ")
}
