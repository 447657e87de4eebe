package trace

// MethodWord returns a method for a span: "_OTHER" for one that is not common, as
// the semantic conventions of OpenTelemetry ask for, because a caller may send any.
func MethodWord(method string) string {
	switch method {
	case "GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH", "QUERY":
		return method
	}
	return "_OTHER"
}

// MethodName returns a method for the name of a span.
func MethodName(method string) string {
	if w := MethodWord(method); w != "_OTHER" {
		return w
	}
	return "HTTP"
}
