package flowtest

import (
	"fmt"
	"strings"

	"github.com/webhook-gateway/gateway/config/literal"
	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/value"
)

// MockExample returns a mock of an action of a kind, which answers as the first
// documented example of the kind did. It is "" for kinds that tests run as always.
func MockExample(k flow.Kind) string {
	if k.New == nil || !k.New().Traits().Performs {
		return ""
	}
	spec := schema.Describe(k.New())
	outputs := exampleOutputs(spec)
	names := make([]string, 0, len(outputs))
	width := 0
	if k.New().Traits().Exchanges {
		names = append(names, "status")
		if outputs["body"] != nil {
			outputs["json"] = outputs["body"]
			names = append(names, "json")
		}
	} else {
		for _, o := range spec.Outputs() {
			if outputs[o.Name] != nil {
				names = append(names, o.Name)
			}
		}
	}
	for _, name := range names {
		width = max(width, len(name))
	}
	var b strings.Builder
	b.WriteString("mock \"example\" {\n")
	for _, name := range names {
		fmt.Fprintf(&b, "  %-*s = %s\n", width, name, literal.Value(outputs[name]))
	}
	b.WriteString("}")
	return b.String()
}

// exampleOutputs returns the outputs of the first example that has any.
func exampleOutputs(spec *schema.Spec) map[string]any {
	for _, e := range spec.Examples() {
		v, err := value.Decode([]byte(e.Want), decoding())
		if outputs, ok := v.(map[string]any); ok && err == nil {
			return outputs
		}
	}
	return map[string]any{}
}
