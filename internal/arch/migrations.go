package arch

import (
	"fmt"
	"io/fs"
	"slices"
)

// checkMigrations returns a line for each file of a folder of migrations that does
// not have the next number. The engines apply the files by their names and count
// them, so two with one number may be applied in another order than they were
// written.
func checkMigrations(folder fs.FS) ([]string, error) {
	names, err := fs.Glob(folder, "*.sql")
	if err != nil {
		return nil, err
	}
	slices.Sort(names)
	var faults []string
	for i, name := range names {
		if want := fmt.Sprintf("%04d_", i+1); len(name) < len(want) || name[:len(want)] != want {
			faults = append(faults, fmt.Sprintf("migration %s should begin with %s: each migration has the number after the one before it", name, want))
		}
	}
	if len(names) == 0 {
		faults = append(faults, "the folder has no migrations")
	}
	return faults, nil
}
