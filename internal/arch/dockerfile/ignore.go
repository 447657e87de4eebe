package dockerfile

import (
	"path"
	"regexp"
	"strings"
)

// ignore is a .dockerignore file: its patterns in order.
type ignore []ignorePattern

type ignorePattern struct {
	match  *regexp.Regexp
	except bool
}

// parseIgnore reads the text of a .dockerignore file.
func parseIgnore(text string) ignore {
	var rules ignore
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		pattern, except := strings.CutPrefix(line, "!")
		pattern = strings.TrimPrefix(path.Clean(pattern), "/")
		rules = append(rules, ignorePattern{compile(pattern), except})
	}
	return rules
}

// compile makes an expression that matches the pattern's path and everything
// below it. A part "**" stands for any number of folders.
func compile(pattern string) *regexp.Regexp {
	parts := strings.Split(pattern, "/")
	var b strings.Builder
	for i, part := range parts {
		switch last := i == len(parts)-1; {
		case part == "**" && last:
			b.WriteString(".*")
		case part == "**":
			b.WriteString("(?:[^/]+/)*")
		case last:
			b.WriteString(compilePart(part))
		default:
			b.WriteString(compilePart(part) + "/")
		}
	}
	return regexp.MustCompile("^" + b.String() + "(?:/.*)?$")
}

func compilePart(part string) string {
	return strings.NewReplacer(`\*`, "[^/]*", `\?`, "[^/]").Replace(regexp.QuoteMeta(part))
}

// excludes tells whether the path, relative to the folder, is left out. The
// last pattern that matches decides.
func (rules ignore) excludes(p string) bool {
	out := false
	for _, r := range rules {
		if r.match.MatchString(p) {
			out = !r.except
		}
	}
	return out
}
