package httpserver

import "net/http"

// HeaderSize returns the size in bytes that the request line and the header
// fields of a request have in HTTP/1.1.
func HeaderSize(r *http.Request) int {
	const separators = len(": \r\n")
	size := len(r.Method) + len(r.RequestURI) + len(r.Proto) + len("  \r\n") + len("Host") + len(r.Host) + separators
	for name, values := range r.Header {
		for _, v := range values {
			size += len(name) + len(v) + separators
		}
	}
	return size + len("\r\n")
}
