// Package expr compiles the expressions of flow files.
//
// An expression is checked once, at load: every name that it reads must be
// known, every function must exist, and it is evaluated with unknown values of
// the declared types, so that a wrong type is found before a request arrives.
// Then it is compiled to the cheapest form with the same meaning:
//
//	constant  no name of a run is read            a field is read
//	path      one static reference                Go values are walked
//	template  text made of constants and paths    one builder
//	object    objects and lists of expressions    Go maps and slices
//	operator  comparisons and conditions of them  Go values are compared
//	general   all other expressions               HCL evaluates the leaves it names
//
// The first five may only succeed. If they can't compute a value exactly (a
// null in a text, a missing member, a number in an unusual form), HCL evaluates
// the expression, so that only HCL decides about meaning and messages. FuzzTiers
// compares both ways.
//
// Values of a run are those of package value. Only the leaves that a general
// expression names are converted to cty, never a whole body that is not named,
// because cty is slow for it. Texts pass through cty unchanged, see package
// ctytext. In three points the language differs from HCL: a condition returns
// the chosen result unchanged, a division by zero is an error, and the functions
// of package funcs that pick values return them unchanged.
package expr
