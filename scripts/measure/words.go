package main

import (
	"cmp"
	"fmt"
	"go/ast"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// indefinite are words behind which a comment hides the thing that it means.
var indefinite = regexp.MustCompile(`(?i)\b(what|whoever|whatever|that which|those that|such a one|likewise|else|besides|as well|all the same|by now|meanwhile|no longer|any more|nobody|somebody|everybody)\b`)

// wordFigures count names and comments.
type wordFigures struct {
	lines                int
	oneWord, functions   int
	indefinite, comments int
	namesOfFunctions     map[string]int
}

// measureWords looks at the unexported functions and at the comments of all
// packages.
func measureWords(packages []*loaded) *wordFigures {
	w := &wordFigures{namesOfFunctions: map[string]int{}}
	for _, p := range packages {
		for _, f := range p.files {
			w.lines += p.fset.File(f.Pos()).LineCount()
			for _, d := range f.Decls {
				if fn, ok := d.(*ast.FuncDecl); ok {
					w.addFunction(fn.Name.Name)
				}
			}
			for _, group := range f.Comments {
				for _, c := range group.List {
					w.addComment(c.Text)
				}
			}
		}
	}
	return w
}

func (w *wordFigures) addFunction(name string) {
	if ast.IsExported(name) || name == "main" || name == "init" {
		return
	}
	w.functions++
	w.namesOfFunctions[name]++
	if !strings.ContainsFunc(name, func(r rune) bool { return unicode.IsUpper(r) || unicode.IsDigit(r) }) {
		w.oneWord++
	}
}

func (w *wordFigures) addComment(text string) {
	line, ok := strings.CutPrefix(text, "//")
	if !ok || strings.HasPrefix(line, "nolint") || strings.HasPrefix(line, "go:") {
		return
	}
	w.comments++
	if indefinite.MatchString(line) {
		w.indefinite++
	}
}

func (w *wordFigures) oneWordShare() string { return percent(w.oneWord, w.functions) }

func (w *wordFigures) indefiniteShare() string { return percent(w.indefinite, w.comments) }

func percent(part, whole int) string {
	if whole == 0 {
		return "none"
	}
	return fmt.Sprintf("%.1f", 100*float64(part)/float64(whole))
}

// commonNames lists the names that most functions have.
func (w *wordFigures) commonNames(n int) string {
	names := slices.SortedFunc(maps.Keys(w.namesOfFunctions), func(a, b string) int {
		return cmp.Or(cmp.Compare(w.namesOfFunctions[b], w.namesOfFunctions[a]), cmp.Compare(a, b))
	})
	var out []string
	for _, name := range names[:min(n, len(names))] {
		out = append(out, fmt.Sprintf("%s %d", name, w.namesOfFunctions[name]))
	}
	return strings.Join(out, ", ")
}
