package schema

import (
	"fmt"
	"strings"
)

// Markdown writes the declarations of a block as a page of the reference.
// title is the page's heading; head is how the block begins in a file, such as
// `action "http" "NAME"`; "" where the page is about no single block.
func (s *Spec) Markdown(title, head string) string {
	p := &page{}
	p.line("# %s", title)
	if s.Doc != "" {
		p.line("\n%s", s.Doc)
	}
	if head != "" {
		p.line("")
		p.line("```hcl\n%s {\n  …\n}\n```", head)
	}
	p.fields(s, "##", "")
	p.outputs(s)
	p.examples(s, head)
	return strings.TrimRight(p.String(), "\n") + "\n"
}

type page struct{ strings.Builder }

func (p *page) line(format string, args ...any) {
	fmt.Fprintf(&p.Builder, format+"\n", args...)
}

// fields writes the attributes as a table, then each block under a heading of
// its own, and the groups last.
func (p *page) fields(s *Spec, level, group string) {
	var attrs, blocks []*Field
	var groups []string
	for _, f := range s.Fields() {
		switch {
		case f.Group != group:
			if group == "" && (len(groups) == 0 || groups[len(groups)-1] != f.Group) {
				groups = append(groups, f.Group)
			}
		case f.Block != nil:
			blocks = append(blocks, f)
		default:
			attrs = append(attrs, f)
		}
	}
	if group != "" {
		p.line("\n%s %s", level, strings.ToUpper(group[:1])+group[1:])
		level += "#"
	}
	p.table(attrs)
	for _, f := range blocks {
		p.block(f, level)
	}
	for _, g := range groups {
		p.fields(s, level, g)
	}
}

func (p *page) table(attrs []*Field) {
	if len(attrs) == 0 {
		return
	}
	p.line("\n| name | type | default | meaning |")
	p.line("| --- | --- | --- | --- |")
	for _, f := range attrs {
		p.line("| `%s` | %s | %s | %s |", f.Name, cell(f.typeText()), cell(f.defaultCell()), cell(f.docText()))
	}
}

func (f *Field) typeText() string {
	if f.NotYet != "" && f.Type == "" {
		return ""
	}
	if f.Dynamic {
		return f.Type + ", may read the run"
	}
	return f.Type
}

func (f *Field) defaultCell() string {
	switch {
	case f.Label:
		return "label"
	case f.Required:
		return "required"
	case f.Default != "":
		return "`" + f.Default + "`"
	}
	return ""
}

func (f *Field) docText() string {
	doc := f.Doc
	if len(f.Enum) > 0 {
		doc += " One of `" + strings.Join(f.Enum, "`, `") + "`."
	}
	if f.NotYet != "" {
		doc += " Not yet available: " + f.NotYet
	}
	return doc
}

func (p *page) block(f *Field, level string) {
	p.line("\n%s %s\n", level, f.heading())
	p.line("%s", f.docText())
	if f.NotYet != "" {
		return
	}
	how := "At most once."
	switch {
	case f.Required && !f.Block.Repeated:
		how = "Exactly once."
	case f.Required:
		how = "At least once."
	case f.Block.Repeated:
		how = "Any number of times."
	}
	p.line("\n%s", how)
	if len(f.Block.Kinds) > 0 {
		p.line("\nKinds: `%s`.", strings.Join(f.Block.Kinds, "`, `"))
	}
	if f.Block.Spec != nil {
		spec := f.Block.Spec()
		if doc := spec.Doc; doc != "" && doc != f.Doc {
			p.line("\n%s", doc)
		}
		p.fields(spec, level+"#", "")
	}
}

func (f *Field) heading() string {
	head := "`" + f.Name
	labels := f.Block.Labels
	if labels == nil && f.Block.Spec != nil {
		labels = f.Block.Spec().labelNames()
	}
	for _, l := range labels {
		head += " " + l
	}
	return head + " { … }`"
}

func (s *Spec) labelNames() []string {
	var out []string
	for _, f := range s.fields {
		if f.Label {
			out = append(out, f.Name)
		}
	}
	return out
}

func (p *page) outputs(s *Spec) {
	if len(s.outputs) == 0 {
		return
	}
	p.line("\n## Returns\n")
	p.line("| `action.NAME.…` | type | meaning |")
	p.line("| --- | --- | --- |")
	for _, o := range s.outputs {
		t := o.Type.FriendlyName()
		if t == "dynamic" {
			t = "any"
		}
		p.line("| `%s` | %s | %s |", o.Name, t, cell(o.Doc))
	}
}

func (p *page) examples(s *Spec, head string) {
	if len(s.examples) == 0 {
		return
	}
	p.line("\n## Examples")
	for _, e := range s.examples {
		p.line("\n%s:\n", e.Title)
		body := e.HCL
		if whole := strings.TrimSuffix(head, ` "NAME"`) + " "; head != "" && !strings.HasPrefix(e.HCL, whole) {
			body = strings.Replace(head, "NAME", "example", 1) + " {\n" + indent(e.HCL) + "\n}"
		}
		p.line("```hcl\n%s\n```", body)
		if e.Input != "" {
			p.line("\nWith the body `%s`%s", e.Input, exampleResult(e))
		}
	}
}

func exampleResult(e Example) string {
	if e.Want == "" || e.Want == "{}" {
		return "."
	}
	return " it returns `" + e.Want + "`."
}

func indent(text string) string {
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	for i, l := range lines {
		if l != "" {
			lines[i] = "  " + l
		}
	}
	return strings.Join(lines, "\n")
}

func cell(text string) string {
	return strings.ReplaceAll(strings.ReplaceAll(text, "|", `\|`), "\n", " ")
}
