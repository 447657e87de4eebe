package input

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"golang.org/x/net/http/httpguts"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/internal/ctytext"
)

// RequestRoot is the name under which a flow reads a request.
const RequestRoot = "webhook"

// RequestNames returns the names of the parts of a request that each flow may read
// below [RequestRoot]. No variable has one of them.
func RequestNames() []string {
	return []string{"body", "headers", "query", "path", "method", "url", "remote_ip", "received_at", "raw", "auth"}
}

// The parts of a request that hold values, as faults name them.
const (
	PartBody   = "body"
	PartHeader = "header"
	PartQuery  = "query"
	PartPath   = "path"
	PartInput  = "input" // of a flow that another flow calls

	PartRaw = "raw" // the bytes of the body; faults name the body
)

// Source is the place in a request where the value of a variable stands.
type Source struct {
	Part  string
	Steps []Step
	// Text is set if the value stands in JSON that is itself a text of the request:
	// Steps then lead from the decoded text, and Part is that of the text.
	Text *Text
}

// Text is a text in a request that holds JSON.
type Text struct {
	At       Source
	IsRaw    bool // the whole body; At is the body
	IsBase64 bool
}

// FromBody returns the source of a variable that declares none: the member of
// the body with its name.
func FromBody(name string) Source {
	return Source{Part: PartBody, Steps: []Step{{Name: name}}}
}

// place returns the steps to the value from its part, as if the JSON of a text
// stood in the place of the text.
func (s Source) place() []Step {
	if s.Text == nil {
		return s.Steps
	}
	return slices.Concat(s.Text.At.place(), s.Steps)
}

// Step leads from a value to a member of it, or to an element if IsIndex is
// set.
type Step struct {
	Name    string
	Index   int
	IsIndex bool
}

// Lookup follows steps from v. It reports false if a step leads nowhere.
func Lookup(v any, steps []Step) (any, bool) {
	for _, s := range steps {
		var ok bool
		switch in := v.(type) {
		case map[string]any:
			v, ok = in[s.Name]
			ok = ok && !s.IsIndex
		case []any:
			if ok = s.IsIndex && s.Index < len(in); ok {
				v = in[s.Index]
			}
		}
		if !ok {
			return nil, false
		}
	}
	return v, true
}

// MaxPointer is the maximum length of a pointer in a fault, in bytes. A longer
// one is cut to the pointer of an enclosing value.
const MaxPointer = 1024

// formatPointer writes a place in a part of a request: a JSON pointer (RFC 6901)
// in the body, a[b][0] in the query as senders write it, or the name of a header
// or path segment.
func formatPointer(part string, steps []Step) string {
	var b strings.Builder
	for i, s := range steps {
		text := s.Name
		if s.IsIndex {
			text = strconv.Itoa(s.Index)
		}
		if b.Len()+2*len(text)+2 > MaxPointer {
			break
		}
		switch {
		case part == PartBody, part == PartInput:
			b.WriteByte('/')
			b.WriteString(escapePointer(text))
		case i == 0:
			b.WriteString(text)
		default:
			b.WriteString("[" + text + "]")
		}
	}
	return b.String()
}

func escapePointer(name string) string {
	if !strings.ContainsAny(name, "~/") {
		return name
	}
	return strings.NewReplacer("~", "~0", "/", "~1").Replace(name)
}

// wrongSource is the detail of a finding about a source.
const wrongSource = "Write a plain place in the request, such as webhook.body.customer.email, webhook.headers[\"X-Request-Id\"], webhook.query.page or webhook.path.region, or a place in JSON that is sent as text, such as jsondecode(webhook.raw).name or jsondecode(webhook.body.payload).ref. To compute a value use an action."

// decodeSource decodes the attribute "from". The scope holds the parts of the
// request.
func decodeSource(c *schema.Context, a *hclsyntax.Attribute, dst *Source) hcl.Diagnostics {
	if diags := c.Scope.CheckNames(a.Expr); diags.HasErrors() {
		return diags
	}
	source, flaw := parseSource(a.Expr)
	if flaw != "" {
		return hcl.Diagnostics{diag.Error(a.Expr.Range(), "Wrong source", flaw)}
	}
	*dst = source
	return nil
}

// parsePlainSource reads a reference to a value of the request.
func parsePlainSource(e hcl.Expression) (_ Source, flaw string) {
	t, notPlain := hcl.AbsTraversalForExpr(e)
	if notPlain.HasErrors() || t.RootName() != RequestRoot {
		return Source{}, wrongSource
	}
	steps, ok := parseSteps(t[1:])
	if !ok || len(steps) == 0 || steps[0].IsIndex {
		return Source{}, wrongSource
	}
	part, below := steps[0].Name, steps[1:]
	switch {
	case part == "body":
		return Source{Part: PartBody, Steps: below}, ""
	case part == "query" && len(below) > 0 && !below[0].IsIndex:
		return Source{Part: PartQuery, Steps: below}, ""
	case part == "headers" && isSingleName(below) && !httpguts.ValidHeaderFieldName(below[0].Name):
		return Source{}, fmt.Sprintf("No header can be called %q.", below[0].Name)
	case part == "headers" && isSingleName(below):
		return Source{Part: PartHeader, Steps: below}, ""
	case part == "path" && isSingleName(below):
		return Source{Part: PartPath, Steps: below}, ""
	}
	return Source{}, fmt.Sprintf("webhook.%s holds more than one value. ", part) + wrongSource
}

func isSingleName(steps []Step) bool { return len(steps) == 1 && !steps[0].IsIndex }

// parseSteps reads the steps of a traversal. It reports false if one of them is
// computed.
func parseSteps(t hcl.Traversal) ([]Step, bool) {
	steps := make([]Step, 0, len(t))
	for _, tr := range t {
		switch tr := tr.(type) {
		case hcl.TraverseAttr:
			steps = append(steps, Step{Name: tr.Name})
		case hcl.TraverseIndex:
			s, ok := parseIndex(tr.Key)
			if !ok {
				return nil, false
			}
			steps = append(steps, s)
		default:
			return nil, false
		}
	}
	return steps, true
}

func parseIndex(key cty.Value) (Step, bool) {
	switch key.Type() {
	case cty.String:
		return Step{Name: ctytext.String(key)}, true
	case cty.Number:
		i, _ := key.AsBigFloat().Int64()
		return Step{Index: int(i), IsIndex: true}, i >= 0 && key.RawEquals(cty.NumberIntVal(i))
	}
	return Step{}, false
}
