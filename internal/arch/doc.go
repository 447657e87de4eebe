// Package arch holds the repository to the rules of its house, as tests: who
// may import whom, what only cmd may touch, no package-level state, no init,
// no sleeping.
//
// The rules are data with a reason each, in rooms.go (imports between this
// module's packages) and bans.go (imports and names that have their own
// place). A package that no room covers fails the test: add it to rooms with
// the reason for what it may import. The checks themselves are plain functions
// over listed packages and parsed files, so that their own tests can show that
// they find what they are for.
//
// Nothing imports this package.
package arch
