package local

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"syscall"

	"github.com/webhook-gateway/gateway/internal/termtext"
	"github.com/webhook-gateway/gateway/internal/trace"
)

// buildEnvironment returns the environment of a command, in a fixed order.
func buildEnvironment(own map[string]string, key string, span trace.Context) []string {
	all := map[string]string{"PATH": commandPath, "GATEWAY_IDEMPOTENCY_KEY": key}
	if span.IsValid() {
		all["TRACEPARENT"] = span.Parent()
		if span.State != "" {
			all["TRACESTATE"] = span.State
		}
	}
	maps.Copy(all, own)
	var out []string
	for _, name := range slices.Sorted(maps.Keys(all)) {
		out = append(out, name+"="+all[name])
	}
	return out
}

// describeStartError says why a process did not start. The error of the system
// has the path in front, which is left out.
func describeStartError(err error) string {
	var errno syscall.Errno
	if !errors.As(err, &errno) {
		return "the system gave up"
	}
	if errno == syscall.E2BIG {
		return "its arguments and environment are too long; pass long values as stdin"
	}
	return errno.Error()
}

// lastLine returns the last line of a program's output for a message.
func lastLine(output []byte) string {
	const limit = 200
	text := strings.TrimSpace(toValidText(output[max(0, len(output)-4096):]))
	return termtext.Line(text[strings.LastIndexByte(text, '\n')+1:], limit)
}
