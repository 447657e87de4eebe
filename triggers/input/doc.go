// Package input declares the values that a flow is given: variables with a
// type, rules and a place in the request that they come from.
//
// A trigger adds a variable block to its declaration with [ForRequest] or
// [ForCall], converts the values of a request with [Variable.Convert], and
// answers with the collected [Faults]. Conversion never changes the value that
// it is given. Values that arrive as text (queries, forms, headers, paths, XML)
// are read as the number or boolean that they spell; JSON values are not.
package input
