package arch

import (
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"
)

func TestMigrationsAndRecordsAreNumbered(t *testing.T) {
	t.Parallel()
	for folder, extension := range map[string]string{"store/sqlite/migrations": ".sql", "store/postgres/migrations": ".sql", "docs/adr": ".md"} {
		faults, err := checkNumbers(os.DirFS(filepath.Join(root, filepath.FromSlash(folder))), extension)
		if err != nil {
			t.Fatal(err)
		}
		report(t, faults)
	}
}

func TestMigrationsWithOneNumber(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		files  []string
		faults int
	}{
		"numbered": {[]string{"0001_a.sql", "0002_b.sql"}, 0},
		"twice":    {[]string{"0001_a.sql", "0002_b.sql", "0002_c.sql"}, 1},
		"a gap":    {[]string{"0001_a.sql", "0003_b.sql"}, 1},
		"none":     {nil, 1},
	} {
		folder := fstest.MapFS{}
		for _, f := range c.files {
			folder[f] = &fstest.MapFile{}
		}
		if faults, err := checkNumbers(folder, ".sql"); err != nil || len(faults) != c.faults {
			t.Errorf("%s: %q, %v; want %d faults", name, faults, err, c.faults)
		}
	}
}
