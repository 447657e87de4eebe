package cmd

import (
	"embed"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/webhook-gateway/gateway/config/expr/funcs"
	"github.com/webhook-gateway/gateway/config/load"
	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/flowtest"
)

// page is one page of the reference.
type page struct {
	name    string // "action http", "gateway", "functions"
	summary string
	text    string
}

func (p page) fileName() string { return strings.ReplaceAll(p.name, " ", "-") + ".md" }

// referencePages builds the reference from the declarations of kinds and blocks.
func (c *command) referencePages() []page {
	out := []page{handwrittenPage("language")}
	for _, d := range c.declarations() {
		p := specPage(d.name, d.head, d.spec)
		p.text += mockSection(d.mock)
		out = append(out, p)
	}
	return append(out, handwrittenPage("names"), functionsPage(), handwrittenPage("bodies"), handwrittenPage("answers"), c.limitsPage(), commandsPage(c))
}

// declaration is a block or a kind with a page of its own.
type declaration struct {
	name string // of the page, such as "action http"
	head string // the block as it is written
	spec *schema.Spec
	mock string // that stands in for an action in tests; "" for none
}

// declarations returns all blocks and kinds in the order of the reference.
func (c *command) declarations() []declaration {
	specs := load.Specs()
	out := []declaration{
		{"gateway", "gateway", specs["gateway"], ""},
		{"secret", `secret "NAME"`, specs["secret"], ""},
		{"flow", `flow "NAME"`, flow.Spec(c.Kinds), ""},
		{"test", `test "NAME"`, flowtest.Spec(), ""},
	}
	for _, k := range c.Kinds.Triggers {
		if k.NotYet == "" {
			spec := schema.Describe(k.New())
			out = append(out, declaration{"trigger " + k.Name, fmt.Sprintf("trigger %q", k.Name), spec, ""})
			out = append(out, innerKinds(spec)...)
		}
	}
	for _, k := range c.Kinds.Actions {
		if k.NotYet == "" {
			spec := flow.ActionSpec(k)
			out = append(out, declaration{"action " + k.Name, fmt.Sprintf("action %q \"NAME\"", k.Name), spec, flowtest.MockExample(k)})
			out = append(out, innerKinds(spec)...)
		}
	}
	for _, k := range c.Connections {
		if k.NotYet == "" {
			out = append(out, declaration{"connection " + k.Name, fmt.Sprintf("connection %q \"NAME\"", k.Name), schema.Describe(k.New()), ""})
		}
	}
	return out
}

// innerKinds returns the kinds of blocks inside a trigger or an action, such as
// auth and sign.
func innerKinds(s *schema.Spec) []declaration {
	var out []declaration
	for _, f := range s.Fields() {
		if f.Block == nil || f.Block.KindSpec == nil {
			continue
		}
		for _, kind := range f.Block.Kinds {
			if spec := f.Block.KindSpec(kind); spec != nil {
				out = append(out, declaration{f.Name + " " + kind, fmt.Sprintf("%s %q", f.Name, kind), spec, ""})
			}
		}
	}
	return out
}

// mockSection says how a test replaces the effect of an action.
func mockSection(mock string) string {
	if mock == "" {
		return ""
	}
	return "\n## In tests\n\nA [test](test.md) needs a mock of the action. This one answers as in the first example:\n\n```hcl\n" + mock + "\n```\n\n" +
		"The test reads `input.example` and `calls.example` to see what the action was about to do.\n"
}

func specPage(name, head string, s *schema.Spec) page {
	return page{name: name, summary: firstSentence(s.Doc), text: s.Markdown(pageTitle(name), head)}
}

// pageTitle writes the kind in the name of a page as code: Action `http`.
func pageTitle(name string) string {
	block, kind, ok := strings.Cut(name, " ")
	if !ok {
		return "Block `" + name + "`"
	}
	return strings.ToUpper(block[:1]) + block[1:] + " `" + kind + "`"
}

// firstSentence returns the first sentence of a text that may have paragraphs.
func firstSentence(doc string) string {
	doc, _, _ = strings.Cut(doc, "\n\n")
	if i := strings.Index(doc, ". "); i >= 0 {
		return doc[:i+1]
	}
	return doc
}

func functionsPage() page {
	all := append(funcs.All(funcs.Options{}), funcs.Func{
		Name: "jq", Group: "Conversion", Params: "jq(program, value)",
		Doc:     "The first result of a jq program for a value; null if it has none. The program is compiled when the file is loaded.",
		Example: funcs.Example{Call: `jq(".a + 1", {a = 1})`, Want: "2"},
	})
	var groups []string
	for _, f := range all {
		if !slices.Contains(groups, f.Group) {
			groups = append(groups, f.Group)
		}
	}
	slices.Sort(groups)
	var b strings.Builder
	b.WriteString("# Functions\n\nThe functions that expressions can call.\n")
	for _, g := range groups {
		fmt.Fprintf(&b, "\n## %s\n\n| function | meaning | example |\n| --- | --- | --- |\n", g)
		for _, f := range all {
			if f.Group == g {
				fmt.Fprintf(&b, "| `%s` | %s | %s |\n", f.Params, escapeCell(f.Doc), formatExample(f.Example))
			}
		}
	}
	return page{name: "functions", summary: "The functions that expressions can call.", text: b.String()}
}

func formatExample(e funcs.Example) string {
	if e.Call == "" {
		return ""
	}
	return fmt.Sprintf("`%s` is `%s`", escapeCell(e.Call), escapeCell(e.Want))
}

func escapeCell(s string) string {
	return strings.ReplaceAll(strings.ReplaceAll(s, "|", `\|`), "\n", " ")
}

// commandsPage returns the help of all commands.
func commandsPage(c *command) page {
	var b strings.Builder
	b.WriteString("# Commands\n\nExit codes: 0 success; 1 findings, such as invalid files; 2 wrong use or another error.\n")
	writeCommands(&b, c.root())
	return page{name: "commands", summary: "The commands and their flags.", text: b.String()}
}

// writeCommands writes the subcommands of a command, each followed by its own
// subcommands.
func writeCommands(b *strings.Builder, parent *cobra.Command) {
	for _, sub := range parent.Commands() {
		if sub.Hidden || sub.Name() == "help" || sub.Name() == "completion" {
			continue
		}
		long := sub.Long
		if long == "" {
			long = sub.Short + "."
		}
		fmt.Fprintf(b, "\n## %s\n\n```\n%s %s\n```\n\n%s\n", sub.CommandPath(), parent.CommandPath(), sub.Use, long)
		if flags := sub.LocalFlags().FlagUsages(); flags != "" {
			fmt.Fprintf(b, "\n```\n%s```\n", flags)
		}
		writeCommands(b, sub)
	}
}

// handwritten holds the pages that come from no declaration.
//
//go:embed pages/*.md pages/limits.txt
var handwritten embed.FS

// handwrittenPage returns a page of the folder pages. Its summary is the first
// sentence below the title.
func handwrittenPage(name string) page {
	text, err := handwritten.ReadFile(path.Join("pages", name+".md"))
	if err != nil {
		panic(err) // the binary was built without it
	}
	_, body, _ := strings.Cut(string(text), "\n\n")
	first, _, _ := strings.Cut(body, "\n")
	return page{name: name, summary: firstSentence(first), text: string(text)}
}
