package cmd

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/webhook-gateway/gateway/config/expr/funcs"
	"github.com/webhook-gateway/gateway/config/load"
	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/flow"
)

// page is one page of the reference.
type page struct {
	name    string // "action http", "gateway", "functions"
	summary string
	text    string
}

func (p page) file() string { return strings.ReplaceAll(p.name, " ", "-") + ".md" }

// pages makes the reference from the declarations.
func (c *command) pages() []page {
	specs := load.Specs()
	out := []page{
		writtenPage("language"),
		specPage("gateway", "gateway", specs["gateway"]),
		specPage("secret", `secret "NAME"`, specs["secret"]),
		specPage("flow", `flow "NAME"`, flow.Spec(c.Kinds)),
	}
	for _, k := range c.Kinds.Triggers {
		if k.Later == "" {
			spec := schema.Describe(k.New())
			out = append(out, specPage("trigger "+k.Name, fmt.Sprintf("trigger %q", k.Name), spec))
			out = append(out, kindPages(spec)...)
		}
	}
	for _, k := range c.Kinds.Actions {
		if k.Later == "" {
			spec := flow.ActionSpec(k)
			out = append(out, specPage("action "+k.Name, fmt.Sprintf("action %q \"NAME\"", k.Name), spec))
			out = append(out, kindPages(spec)...)
		}
	}
	for _, k := range c.Connections {
		if k.Later == "" {
			out = append(out, specPage("connection "+k.Name, fmt.Sprintf("connection %q \"NAME\"", k.Name), schema.Describe(k.New())))
		}
	}
	return append(out, writtenPage("names"), functionsPage(), writtenPage("bodies"), writtenPage("answers"), commandsPage(c))
}

// kindPages documents the kinds of the blocks inside a trigger or an action,
// such as auth and sign.
func kindPages(s *schema.Spec) []page {
	var out []page
	for _, f := range s.Fields() {
		if f.Block == nil || f.Block.KindSpec == nil {
			continue
		}
		for _, kind := range f.Block.Kinds {
			if spec := f.Block.KindSpec(kind); spec != nil {
				out = append(out, specPage(f.Name+" "+kind, fmt.Sprintf("%s %q", f.Name, kind), spec))
			}
		}
	}
	return out
}

func specPage(name, head string, s *schema.Spec) page {
	return page{name: name, summary: firstSentence(s.Doc), text: s.Markdown(title(name), head)}
}

// title writes the kind in a page's name as code: Action `http`.
func title(name string) string {
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
		Doc:     "The first result of a jq program run on a value; null where it has none. The program is compiled when the file is loaded.",
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
	b.WriteString("# Functions\n\nWhat expressions may call. Text that passes through a function is in Unicode's NFC form afterwards.\n")
	for _, g := range groups {
		fmt.Fprintf(&b, "\n## %s\n\n| function | meaning | example |\n| --- | --- | --- |\n", g)
		for _, f := range all {
			if f.Group == g {
				fmt.Fprintf(&b, "| `%s` | %s | %s |\n", f.Params, tableCell(f.Doc), example(f.Example))
			}
		}
	}
	return page{name: "functions", summary: "What expressions may call.", text: b.String()}
}

func example(e funcs.Example) string {
	if e.Call == "" {
		return ""
	}
	return fmt.Sprintf("`%s` is `%s`", tableCell(e.Call), tableCell(e.Want))
}

func tableCell(s string) string {
	return strings.ReplaceAll(strings.ReplaceAll(s, "|", `\|`), "\n", " ")
}

// commandsPage prints the help of every command.
func commandsPage(c *command) page {
	var b strings.Builder
	b.WriteString("# Commands\n\nExit codes: 0 fine; 1 findings, such as invalid files; 2 wrong use or trouble.\n")
	writeCommands(&b, c.root())
	return page{name: "commands", summary: "The commands and their flags.", text: b.String()}
}

// writeCommands prints the commands below one, each before those below it.
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
