package arch

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"regexp"
	"strings"
)

// trackedFiles returns the paths of the files that git tracks in root. To find
// none is an error.
func trackedFiles(ctx context.Context, root string) ([]string, error) {
	cmd := exec.CommandContext(ctx, "git", "ls-files", "-z")
	cmd.Dir = root
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("git ls-files: %w\n%s", err, stderr.String())
	}
	paths := strings.FieldsFunc(string(out), func(r rune) bool { return r == 0 })
	if len(paths) == 0 {
		return nil, errors.New("git tracks no file here")
	}
	return paths, nil
}

// checkMachinePaths returns a line for each place in a file's text that names
// somebody's home folder or the checkout itself: it means nothing on another
// machine. Binary files hold no such thing that a reader could mend.
func checkMachinePaths(path string, text []byte, checkout string) []string {
	if bytes.IndexByte(text, 0) >= 0 {
		return nil
	}
	private := regexp.MustCompile(`(?:^|[^\w.~/-])(/(?:root|home/\w+|Users/\w+)|` + regexp.QuoteMeta(checkout) + `)/`)
	var faults []string
	number := 0
	for line := range bytes.Lines(text) {
		number++
		if m := private.FindSubmatch(line); m != nil {
			faults = append(faults, fmt.Sprintf("%s:%d: names %s/, which is a place on one machine", path, number, m[1]))
		}
	}
	return faults
}
