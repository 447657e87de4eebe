// Package body reads the bodies and queries of requests that are not JSON:
// forms, multipart forms and XML. Each reader returns values of package value,
// is bounded by its input and by value.Limits, and refuses with a
// *value.SyntaxError that says where and why.
package body
