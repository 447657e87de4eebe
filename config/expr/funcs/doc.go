// Package funcs holds the functions that flow files may call in expressions.
//
// Names, argument order and meaning are Terraform's wherever Terraform has the
// function, so that what people know carries over; each difference is said in
// the Doc of its function. Three rules hold for every one of them:
//
//   - Same arguments, same result. There is no clock and no chance, so a run
//     that is retried or replayed computes what it computed before. What comes
//     from outside (environment, files) comes through [Options].
//   - Bounded. Data from a webhook cannot make a call produce more than 10 MiB
//     of text, or more than 100000 elements that were not elements before; such
//     a call is an error that says so. Nor does one take time that grows with
//     the square of what came.
//   - Discreet. A result carries the marks of the values it was made from, and
//     the error of a call with a marked argument never shows that argument.
//
// The expression compiler calls [Table] once for each flow file and asks [Hint]
// about names that are not there; the reference pages are made from [All].
package funcs
