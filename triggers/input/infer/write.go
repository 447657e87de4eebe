package infer

import (
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/webhook-gateway/gateway/config/format"
	"github.com/webhook-gateway/gateway/config/literal"
)

// Blocks returns the variable blocks in the canonical format. Comments before them
// say what else the trigger needs to accept the samples.
func (r *Result) Blocks() string {
	var b strings.Builder
	for _, note := range r.Notes {
		fmt.Fprintf(&b, "# %s\n", strings.ReplaceAll(note, "\n", " "))
	}
	if settings := r.settings(); settings != "" {
		b.WriteString("# For the trigger, so that it accepts the samples:\n")
		for line := range strings.Lines(settings) {
			b.WriteString("# " + line)
		}
	}
	if b.Len() > 0 && len(r.Variables) > 0 {
		b.WriteString("\n")
	}
	r.writeVariables(&b)
	return layOut(b.String())
}

// Flow returns a flow with the blocks in the canonical format. Its action logs one
// line for each request.
func (r *Result) Flow(name string) string {
	var b strings.Builder
	for _, note := range r.Notes {
		fmt.Fprintf(&b, "# %s\n", strings.ReplaceAll(note, "\n", " "))
	}
	fmt.Fprintf(&b, "flow %s {\ntrigger \"webhook\" {\n", literal.Text(name))
	settings := r.settings()
	b.WriteString(settings)
	if settings != "" && len(r.Variables) > 0 {
		b.WriteString("\n")
	}
	r.writeVariables(&b)
	b.WriteString("}\n\naction \"log\" \"received\" {\nmessage = \"request received\"\n}\n}\n")
	return layOut(b.String())
}

// settings returns the attributes of the trigger that differ from their defaults.
func (r *Result) settings() string {
	out := ""
	if len(r.Methods) > 1 || len(r.Methods) == 1 && r.Methods[0] != "POST" {
		out += "methods = " + quoteList(r.Methods) + "\n"
	}
	if len(r.ContentTypes) > 1 || len(r.ContentTypes) == 1 && r.ContentTypes[0] != "json" {
		out += "content_types = " + quoteList(r.ContentTypes) + "\n"
	}
	return out
}

func (r *Result) writeVariables(b *strings.Builder) {
	for i := range r.Variables {
		v := &r.Variables[i]
		fmt.Fprintf(b, "variable %s {\n", literal.Text(v.Name))
		if t := v.shape.text(); t != "any" {
			fmt.Fprintf(b, "type = %s\n", t)
		}
		if v.From != "" {
			fmt.Fprintf(b, "from = %s\n", v.From)
		}
		if v.Format != "" {
			fmt.Fprintf(b, "format = %q\n", v.Format)
		}
		if len(v.Enum) > 0 {
			fmt.Fprintf(b, "enum = %s\n", quoteList(v.Enum))
		}
		if !v.Required {
			b.WriteString("required = false\n")
		}
		b.WriteString("}\n")
	}
}

// layOut formats the text. A text that does not parse stays as it is.
func layOut(text string) string {
	out, _ := format.Source("", []byte(text))
	return string(out)
}

// maxTypeLine is the length above which an object is written on several lines.
const maxTypeLine = 80

// text returns the type as it is written in a file.
func (s *shape) text() string {
	switch s.name {
	case "list", "map":
		if s.elem.name == "any" {
			return map[string]string{"list": "array", "map": "object"}[s.name]
		}
		return s.name + "(" + s.elem.text() + ")"
	case "object":
		return s.objectText()
	}
	return s.name
}

func (s *shape) objectText() string {
	members := make([]string, len(s.members))
	total := 0
	for i, m := range s.members {
		name, typ := m.name, m.shape.text()
		if !hclsyntax.ValidIdentifier(name) {
			name = literal.Text(name)
		}
		if m.optional {
			typ = "optional(" + typ + ")"
		}
		members[i] = name + " = " + typ
		total += len(members[i]) + len(", ")
	}
	line := strings.Join(members, ", ")
	if total <= maxTypeLine && !strings.Contains(line, "\n") {
		return "object({ " + line + " })"
	}
	return "object({\n" + strings.Join(members, "\n") + "\n})"
}

// step returns the step to a member in a reference.
func step(member string) string {
	if hclsyntax.ValidIdentifier(member) {
		return "." + member
	}
	return "[" + literal.Text(member) + "]"
}

func quoteList(texts []string) string {
	quoted := make([]string, len(texts))
	for i, t := range texts {
		quoted[i] = literal.Text(t)
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}
