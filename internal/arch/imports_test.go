package arch

import (
	"strings"
	"testing"
)

func TestCheckImports(t *testing.T) {
	t.Parallel()
	table := []room{
		{"low", nil, "the bottom"},
		{"mid", []string{"low"}, "the middle"},
		{"eng", []string{"low"}, "the interface"},
		{"eng/suite", []string{"eng"}, "the suite"},
		{"eng/*", []string{"eng"}, "engines do not know each other"},
		{"cmd/...", []string{anything}, "wires"},
	}
	cases := []struct {
		name string
		pkg  listed
		want string // in the one fault; empty: none
	}{
		{name: "down", pkg: importing("mid", "low")},
		{name: "up", pkg: importing("low", "mid"), want: "low: imports mid, but may import nothing of this module: the bottom"},
		{name: "not listed", pkg: importing("mid", "eng"), want: "mid: imports eng, but may import only low: the middle"},
		{name: "other modules are not looked at", pkg: listed{ImportPath: "m/low", Imports: []string{"os", "mother/mid"}}},
		{name: "wiring", pkg: importing("cmd/tool", "low", "eng/one", "new")},
		{name: "a pattern's top", pkg: importing("cmd", "mid")},
		{name: "pattern", pkg: importing("eng/one", "eng")},
		{name: "beside it", pkg: importing("eng/one", "eng/two"), want: "eng/one: imports eng/two"},
		{name: "the named room comes before the pattern", pkg: importing("eng/suite", "low"), want: "the suite"},
		{name: "too deep for the pattern", pkg: importing("eng/one/deep"), want: "no room covers"},
		{name: "unknown package", pkg: importing("new"), want: "new: no room covers this package; add it to internal/arch/rooms.go"},
		{name: "the module's top", pkg: importing(""), want: "no room covers"},
		{name: "tests reach further", pkg: listed{ImportPath: "m/low", TestImports: []string{"m/mid"}, XTestImports: []string{"m/eng/one"}}},
		{
			name: "but not to the whole",
			pkg:  listed{ImportPath: "m/low", XTestImports: []string{"m/cmd/tool"}},
			want: "low: its tests import cmd/tool",
		},
		{name: "a program tests itself", pkg: listed{ImportPath: "m/cmd/tool", XTestImports: []string{"m/cmd/tool"}}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.pkg.Module.Path = "m"
			expectFault(t, checkImports(table, []listed{c.pkg}), c.want)
		})
	}
}

// importing describes the package at path of the module m.
func importing(path string, imports ...string) listed {
	p := listed{ImportPath: strings.TrimSuffix("m/"+path, "/")}
	for _, i := range imports {
		p.Imports = append(p.Imports, "m/"+i)
	}
	return p
}

// expectFault checks for exactly one fault that holds want, or for none where
// want is empty.
func expectFault(t *testing.T, faults []string, want string) {
	t.Helper()
	switch {
	case want == "" && len(faults) > 0:
		t.Errorf("faults where there is none: %q", faults)
	case want != "" && (len(faults) != 1 || !strings.Contains(faults[0], want)):
		t.Errorf("faults %q, want one that holds %q", faults, want)
	}
}

func TestDecodeList(t *testing.T) {
	t.Parallel()
	packages, err := decodeList([]byte(`{"ImportPath":"m/a","Module":{"Path":"m"}}` + "\n" + `{"ImportPath":"m","Module":{"Path":"m"}}`))
	if err != nil {
		t.Fatal(err)
	}
	if len(packages) != 2 || packages[0].path() != "a" || packages[1].path() != "" {
		t.Errorf("packages %+v", packages)
	}
	for name, out := range map[string]string{"nothing": "", "cut short": `{"ImportPath":`} {
		if packages, err := decodeList([]byte(out)); err == nil {
			t.Errorf("%s: %+v without an error", name, packages)
		}
	}
}
