package schema

import (
	"fmt"
	"strings"
)

// Markdown writes the declarations of a block as a page of the reference. title is
// the page's heading. head is the beginning of the block in a file, such as
// `action "http" "NAME"`, or "" if the page is not about one block.
func (s *Spec) Markdown(title, head string) string {
	p := &page{written: map[string]string{}}
	p.writeLine("# %s", title)
	if s.Doc != "" {
		p.writeLine("\n%s", s.Doc)
	}
	if head != "" {
		p.writeLine("")
		p.writeLine("```hcl\n%s {\n  …\n}\n```", head)
	}
	p.writeFields(s, "##", "")
	p.writeOutputs(s)
	p.writeExamples(s, head)
	return strings.TrimRight(p.String(), "\n") + "\n"
}

type page struct {
	strings.Builder

	written map[string]string // headings of blocks by the text of their fields
}

func (p *page) writeLine(format string, args ...any) {
	fmt.Fprintf(&p.Builder, format+"\n", args...)
}

// writeFields writes the attributes as a table, then each block under its own
// heading, and the groups last.
func (p *page) writeFields(s *Spec, level, group string) {
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
		p.writeLine("\n%s %s", level, strings.ToUpper(group[:1])+group[1:])
		level += "#"
	}
	p.writeTable(attrs)
	for _, f := range blocks {
		p.writeBlock(f, level)
	}
	for _, g := range groups {
		p.writeFields(s, level, g)
	}
}

func (p *page) writeTable(attrs []*Field) {
	if len(attrs) == 0 {
		return
	}
	p.writeLine("\n| name | type | default | meaning |")
	p.writeLine("| --- | --- | --- | --- |")
	for _, f := range attrs {
		p.writeLine("| `%s` | %s | %s | %s |", f.Name, escapeCell(f.typeText()), escapeCell(f.defaultText()), escapeCell(f.docText()))
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

func (f *Field) defaultText() string {
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
	if f.credential != nil {
		doc += " " + f.credential.advice
	}
	if f.NotYet != "" {
		doc += " Not yet available: " + f.NotYet
	}
	return doc
}

func (p *page) writeBlock(f *Field, level string) {
	p.writeLine("\n%s %s\n", level, f.headingText())
	p.writeLine("%s", f.docText())
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
	p.writeLine("\n%s", how)
	if len(f.Block.Kinds) > 0 {
		p.writeLine("\nKinds: `%s`.", strings.Join(f.Block.Kinds, "`, `"))
	}
	if f.Block.Spec != nil {
		spec := f.Block.Spec()
		if doc := spec.Doc; doc != "" && doc != f.Doc {
			p.writeLine("\n%s", doc)
		}
		p.writeBlockFields(spec, f.headingText(), level+"#")
	}
}

// repeatedFields is how long a description of fields is that a page has only once,
// in bytes.
const repeatedFields = 500

// writeBlockFields writes the fields of a block, or where they are if they are
// long and an earlier block of the page has the same.
func (p *page) writeBlockFields(s *Spec, heading, level string) {
	alone := &page{}
	alone.writeFields(s, "", "")
	text := alone.String()
	if earlier, ok := p.written[text]; ok {
		p.writeLine("\nIts fields are those of %s above.", earlier)
		return
	}
	if p.written != nil && len(text) > repeatedFields {
		p.written[text] = heading
	}
	p.writeFields(s, level, "")
}

func (f *Field) headingText() string {
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
	for _, f := range s.Fields() {
		if f.Label {
			out = append(out, f.Name)
		}
	}
	return out
}

func (p *page) writeOutputs(s *Spec) {
	if len(s.outputs) == 0 {
		return
	}
	p.writeLine("\n## Returns\n")
	p.writeLine("| `action.NAME.…` | type | meaning |")
	p.writeLine("| --- | --- | --- |")
	for _, o := range s.outputs {
		t := o.Type.FriendlyName()
		if t == "dynamic" {
			t = "any"
		}
		p.writeLine("| `%s` | %s | %s |", o.Name, t, escapeCell(o.Doc))
	}
}

func (p *page) writeExamples(s *Spec, head string) {
	if len(s.examples) == 0 {
		return
	}
	p.writeLine("\n## Examples")
	for _, e := range s.examples {
		p.writeLine("\n%s:\n", e.Title)
		body := e.HCL
		if whole := strings.TrimSuffix(head, ` "NAME"`) + " "; head != "" && !strings.HasPrefix(e.HCL, whole) {
			body = strings.Replace(head, "NAME", "example", 1) + " {\n" + indentLines(e.HCL) + "\n}"
		}
		p.writeLine("```hcl\n%s\n```", body)
		if e.Input != "" {
			p.writeLine("\nWith the body `%s`%s", e.Input, exampleResult(e))
		}
	}
}

func exampleResult(e Example) string {
	if e.Want == "" || e.Want == "{}" {
		return "."
	}
	return " it returns `" + e.Want + "`."
}

func indentLines(text string) string {
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	for i, l := range lines {
		if l != "" {
			lines[i] = "  " + l
		}
	}
	return strings.Join(lines, "\n")
}

func escapeCell(text string) string {
	return strings.ReplaceAll(strings.ReplaceAll(text, "|", `\|`), "\n", " ")
}
