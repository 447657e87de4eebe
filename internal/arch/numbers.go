package arch

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"
)

// checkNumbers returns a line for each file with an extension that does not have the
// next number. The engines apply migrations by their names and count them, so two with
// one number may be applied in another order than they were written. Texts refer to
// decision records by number alone.
func checkNumbers(folder fs.FS, extension string) ([]string, error) {
	names, err := fs.Glob(folder, "*"+extension)
	if err != nil {
		return nil, err
	}
	slices.Sort(names)
	var faults []string
	for i, name := range names {
		want := fmt.Sprintf("%04d", i+1)
		if !strings.HasPrefix(name, want+"_") && !strings.HasPrefix(name, want+"-") {
			faults = append(faults, fmt.Sprintf("%s should begin with %s: each file has the number after the one before it", name, want))
		}
	}
	if len(names) == 0 {
		faults = append(faults, "the folder has no files "+extension)
	}
	return faults, nil
}
