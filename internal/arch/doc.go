// Package arch holds the rules of the repository that no linter covers, as tests:
// which packages may import which (rooms.go), no package-level variable that
// changes (state.go), no test that sleeps (sleeps.go), no path of one machine in a
// tracked file (tracked.go), no promise of the threat model without a test
// (promises.go). .golangci.yml has the other rules: forbidden calls and imports, and
// no init.
//
// A package that no line of the import table covers fails the test: add a line
// with the reason for its imports. The checks are plain functions over listed
// packages and parsed files, so that tests can show that they find faults.
//
// Nothing imports this package.
package arch
