package arch

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestLimitsAreDocumented compares the constants that bound something with the
// page of limits, and their values with the file from which the page is made.
// UPDATE_LIMITS=1 writes the file.
func TestLimitsAreDocumented(t *testing.T) {
	t.Parallel()
	limits, err := findLimits(repository(t))
	if err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile(filepath.Join(root, "cmd/pages/limits.md"))
	if err != nil {
		t.Fatal(err)
	}
	report(t, checkLimits(limits, string(page), limitExceptions()))

	var want strings.Builder
	for _, l := range limits {
		if strings.Contains(string(page), `"`+l.name+`"`) {
			fmt.Fprintf(&want, "%s %s\n", l.name, l.value)
		}
	}
	file := filepath.Join(root, "cmd/pages/limits.txt")
	if os.Getenv("UPDATE_LIMITS") != "" {
		if err := os.WriteFile(file, []byte(want.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := os.ReadFile(file); err != nil || string(got) != want.String() {
		t.Errorf("cmd/pages/limits.txt differs from the constants (%v); run: make docs", err)
	}
}

func TestFindLimits(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	text := "package p\nimport \"time\"\nconst (\n\tmaxItems = 1 << 10\n\tidleTimeout = 90 * time.Second\n\tmaxName = \"a\"\n\tcount = 3\n\tminPart = maxItems / 4\n)\n"
	if err := os.WriteFile(filepath.Join(dir, "a.go"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	p := listed{ImportPath: "m/p", Dir: dir, GoFiles: []string{"a.go"}}
	p.Module.Path = "m"
	limits, err := findLimits([]listed{p})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := fmt.Sprint(limits), "[{p.idleTimeout 1m30s} {p.maxItems 1024} {p.minPart 256}]"; got != want {
		t.Errorf("limits %s, want %s", got, want)
	}
}

func TestCheckLimits(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, page string
		exceptions map[string]string
		want       string
	}{
		{name: "on the page", page: `{{number "p.maxItems"}}`},
		{name: "an exception", exceptions: map[string]string{"p.maxItems": "it changes no result"}},
		{name: "forgotten", page: `{{number "q.maxItems"}}`, want: "p.maxItems = 8 is not on the page of limits"},
		{name: "longer name", page: `{{number "p.maxItemsOfList"}}`, want: "is not on the page"},
		{name: "both", page: `{{number "p.maxItems"}}`, exceptions: map[string]string{"p.maxItems": "no"}, want: "among its exceptions"},
		{name: "old exception", page: `{{number "p.maxItems"}}`, exceptions: map[string]string{"p.maxGone": "no"}, want: "p.maxGone is no constant"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			expectFault(t, checkLimits([]limit{{"p.maxItems", "8"}}, c.page, c.exceptions), c.want)
		})
	}
}
