// Package funcs holds the functions that flow files may call in expressions.
//
// A function that Terraform has keeps Terraform's name, argument order and
// meaning; the Doc of the function states each difference. Three rules hold for
// every function:
//
//   - Same arguments, same result. No function reads a clock or random numbers,
//     so a run that is retried or replayed computes the same values. The
//     environment and files are read through [Options].
//   - Bounded. Data from a webhook cannot make a call produce more than 10 MiB
//     of text or more than [MaxElements] new elements; such a call is an error.
//     No call takes time quadratic in its input. Values of a run are bounded
//     before they become arguments, see package expr.
//   - Redacted. A result carries the marks of its arguments, and the error of a
//     call with a marked argument never shows that argument.
//
// The expression compiler takes the functions of [Table] and asks [Hint] about
// unknown names; the reference pages are made from [All].
package funcs
