package format

import (
	"strconv"
	"strings"
	"unicode"

	"github.com/aymanbagabas/go-udiff"
)

// Diff returns the change from before to after as a unified diff with three
// lines of context that patch and git apply accept; "" when there is none. The
// file is called a/name and b/name, as git calls it.
func Diff(name string, before, after []byte) string {
	return udiff.Unified(label("a/", name), label("b/", name), string(before), string(after))
}

// label writes a file name as git does: quoted when it holds characters that
// would break the line, and closed by a tab when it holds a space, at which
// readers would cut it.
func label(prefix, name string) string {
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
