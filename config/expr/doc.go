// Package expr compiles the expressions of flow files.
//
// An expression is checked once, at load: every name it reads must be known,
// every function must exist, and it is evaluated with unknown values of the
// declared types, so that a wrong type is found before a request arrives.
// Then it is compiled to the cheapest form that means the same:
//
//	constant  no name of a run is read            a field is read
//	path      one static reference                Go values are walked
//	template  text made of constants and paths    one builder
//	object    objects and lists of expressions    Go maps and slices
//	general   anything else                       HCL evaluates the leaves it names
//
// The first four may only succeed. What they can't do exactly (a null in a
// text, a missing member, a number that is not written plainly) is handed to
// HCL's own evaluation, so that meaning and messages have one owner;
// FuzzTiers holds them against each other.
//
// Values of a run are those of package value. cty is used for the leaves
// that a general expression names, never for whole bodies that nobody names:
// it is slow there, and it rewrites text to Unicode's NFC form.
package expr
