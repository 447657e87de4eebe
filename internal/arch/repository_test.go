package arch

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// root is the repository's folder, seen from this package's tests.
const root = "../.."

func repository(t *testing.T) []listed {
	t.Helper()
	packages, err := goList(t.Context(), root, "./...")
	if err != nil {
		t.Fatal(err)
	}
	return packages
}

func report(t *testing.T, faults []string) {
	t.Helper()
	for _, f := range faults {
		t.Error(f)
	}
}

func TestImportsPointDown(t *testing.T) {
	t.Parallel()
	report(t, checkImports(rooms(), repository(t)))
}

func TestRoomsAreWhole(t *testing.T) {
	t.Parallel()
	seen := make(map[string]bool)
	for _, r := range rooms() {
		if r.why == "" || seen[r.path] {
			t.Errorf("room %q has no reason or is there twice", r.path)
		}
		seen[r.path] = true
	}
	for _, r := range rooms() {
		for _, path := range r.may {
			if !seen[path] && path != anything {
				t.Errorf("room %s may import %s, which is no room", r.path, path)
			}
		}
	}
}

func TestCodeChangesNoPackageVariable(t *testing.T) {
	t.Parallel()
	for _, p := range repository(t) {
		s, err := readSource(p, slices.Concat(p.GoFiles, p.CgoFiles))
		if err != nil {
			t.Fatal(err)
		}
		report(t, checkState(s))
	}
}

// TestOnlyTestsOfFlowsTrustSamples: no code that serves requests can let one pass
// its auth.
func TestOnlyTestsOfFlowsTrustSamples(t *testing.T) {
	t.Parallel()
	for _, p := range repository(t) {
		s, err := readSource(p, slices.Concat(p.GoFiles, p.CgoFiles))
		if err != nil {
			t.Fatal(err)
		}
		report(t, checkTrust(s))
	}
}

func TestTestsDoNotSleep(t *testing.T) {
	t.Parallel()
	for _, p := range repository(t) {
		for _, names := range [][]string{p.TestGoFiles, p.XTestGoFiles} {
			s, err := readSource(p, names)
			if err != nil {
				t.Fatal(err)
			}
			report(t, checkSleeps(s))
		}
	}
}

func TestFilesNameNoMachine(t *testing.T) {
	t.Parallel()
	paths, err := trackedFiles(t.Context(), root)
	if err != nil {
		t.Fatal(err)
	}
	checkout, err := filepath.Abs(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		info, err := os.Lstat(filepath.Join(root, path))
		if os.IsNotExist(err) || err == nil && !info.Mode().IsRegular() {
			continue // removed but not committed yet, or a link
		}
		text, err := os.ReadFile(filepath.Join(root, path))
		if err != nil {
			t.Fatal(err)
		}
		report(t, checkMachinePaths(path, text, checkout))
	}
}

func TestCheckMachinePaths(t *testing.T) {
	t.Parallel()
	home := "/ho" + "me/jane"
	cases := []struct{ name, text, want string }{
		{"home", "a\nsee " + home + "/notes\n", "f:2: names " + home + "/"},
		{"checkout", "x='/srv/build/gateway/go.mod'", "names /srv/build/gateway/"},
		{"of a site", "https://example.com" + home + "/notes", ""},
		{"relative", "." + home + "/notes", ""},
		{"binary", "\x00 " + home + "/notes", ""},
		{"system path", "/etc/ssl/certs/ca.pem", ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			expectFault(t, checkMachinePaths("f", []byte(c.text), "/srv/build/gateway"), c.want)
		})
	}
}
