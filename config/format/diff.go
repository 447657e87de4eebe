package format

import (
	"strconv"
	"strings"
	"unicode"

	"github.com/aymanbagabas/go-udiff"
)

// Diff returns the change from before to after as a unified diff with three
// lines of context that patch and git apply accept; "" if there is none. The
// file is named a/name and b/name, as in git.
func Diff(name string, before, after []byte) string {
	return udiff.Unified(formatName("a/", name), formatName("b/", name), string(before), string(after))
}

// formatName writes a file name as git does: quoted if it contains characters that
// break the line, and followed by a tab if it contains a space, so that readers
// don't cut it there.
func formatName(prefix, name string) string {
	path := prefix + strings.TrimPrefix(name, "/")
	switch {
	case strings.ContainsFunc(path, func(r rune) bool { return r == '"' || r == '\\' || unicode.IsControl(r) }):
		return strconv.Quote(path)
	case strings.Contains(path, " "):
		return path + "\t"
	default:
		return path
	}
}
