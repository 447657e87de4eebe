// Command measure prints figures about how easy the code is to enter: how the
// files of a folder refer to one another, how many interfaces and type
// assertions the engine has, and how functions and comments are worded. The
// figures are a thermometer; no check depends on them.
//
//	go run ./scripts/measure            # this checkout
//	go run ./scripts/measure -C ../old  # another one, to compare
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
)

func main() {
	dir := flag.String("C", ".", "folder of the checkout")
	folder := flag.String("folder", "gateway", "folder whose files are compared, with the folders below it")
	flag.Parse()
	if err := run(os.Stdout, *dir, *folder); err != nil {
		fmt.Fprintln(os.Stderr, "measure:", err)
		os.Exit(1)
	}
}

// run writes one figure on each line.
func run(out io.Writer, dir, folder string) error {
	packages, err := loadPackages(dir)
	if err != nil {
		return err
	}
	w := measureWords(packages)
	g := referencesBelow(packages, folder)
	t := measureTypes(packages)
	figures := []struct {
		name  string
		value any
	}{
		{"lines of code", w.lines},
		{"files below " + folder, len(g.files)},
		{"references between files below " + folder, g.references()},
		{"references against the best order of files", g.backward()},
		{"interfaces in flow", t.interfaces},
		{"type assertions on kinds and events", t.assertions},
		{"one-word names of unexported functions, %", w.oneWordShare()},
		{"comment lines with indefinite words, %", w.indefiniteShare()},
		{"most common names of unexported functions", w.commonNames(8)},
	}
	for _, f := range figures {
		if _, err := fmt.Fprintf(out, "%-45s %v\n", f.name, f.value); err != nil {
			return err
		}
	}
	return nil
}
