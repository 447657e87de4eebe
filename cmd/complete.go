package cmd

import (
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/webhook-gateway/gateway/admin/ops"
	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/config/load"
	"github.com/webhook-gateway/gateway/flowtest"
)

// addCompletion makes shells complete the values of flags and the names that
// commands take.
func (c *command) addCompletion(root *cobra.Command) {
	fixed := func(values []string) cobra.CompletionFunc {
		return completeFrom(func() []string { return values })
	}
	flags := map[string]cobra.CompletionFunc{
		"validate --format": fixed(diag.Formats()),
		"test --format":     fixed(flowtest.Formats()),
		"test --run":        c.completeTest,
		"graph --format":    fixed(graphFormats()),
		"send --print":      fixed([]string{"curl"}),
		"init --provider":   completeFrom(c.providers),
		"run --log-format":  fixed([]string{"text", "json"}),
		"run --log-level":   fixed([]string{"debug", "info", "warn", "error"}),
	}
	for _, verb := range []string{"list", "retry", "cancel", "dismiss"} {
		flags["runs "+verb+" --state"] = fixed(ops.State("").Names())
		flags["runs "+verb+" --flow"] = c.completeFlow
		flags["runs "+verb+" --label"] = completeFrom(c.labels)
	}
	for name, complete := range flags {
		path, flag, _ := strings.Cut(name, " --")
		if cmd, _, err := root.Find(strings.Fields(path)); err == nil && cmd.Flags().Lookup(flag) != nil {
			_ = cmd.RegisterFlagCompletionFunc(flag, complete) // its only error is a flag that does not exist
		}
	}
	for _, name := range []string{"explain", "graph", "send", "trigger"} {
		if cmd, _, err := root.Find([]string{name}); err == nil {
			cmd.ValidArgsFunction = c.completeFlowAndPaths
		}
	}
	for _, name := range []string{"pause", "resume"} {
		if cmd, _, err := root.Find([]string{"flows", name}); err == nil && cmd.Name() == name {
			cmd.ValidArgsFunction = c.completeOneFlow
		}
	}
	if cmd, _, err := root.Find([]string{"docs"}); err == nil {
		cmd.ValidArgsFunction = c.completePage
	}
}

// completeFrom completes the values that a function returns.
func completeFrom(values func() []string) cobra.CompletionFunc {
	return func(_ *cobra.Command, _ []string, begin string) ([]cobra.Completion, cobra.ShellCompDirective) {
		var out []string
		for _, v := range values() {
			if strings.HasPrefix(v, begin) {
				out = append(out, v)
			}
		}
		return out, cobra.ShellCompDirectiveNoFileComp
	}
}

// completeFlow completes the names of the flows in the current folder.
func (c *command) completeFlow(_ *cobra.Command, _ []string, begin string) ([]cobra.Completion, cobra.ShellCompDirective) {
	flows, err := c.loader(nil, load.AllowUnset)
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	loaded, _ := flows.Load()
	var names []string
	for _, f := range loaded.Flows {
		if strings.HasPrefix(f.Name, begin) {
			names = append(names, f.Name+"\t"+f.Label)
		}
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}

// labels returns the labels of the flows in the current folder.
func (c *command) labels() []string {
	flows, err := c.loader(nil, load.AllowUnset)
	if err != nil {
		return nil
	}
	var out []string
	loaded, _ := flows.Load()
	for _, f := range loaded.Flows {
		if f.Label != f.Name {
			out = append(out, f.Label)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// completeOneFlow completes a flow, and nothing after it.
func (c *command) completeOneFlow(cmd *cobra.Command, args []string, begin string) ([]cobra.Completion, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return c.completeFlow(cmd, args, begin)
}

// completeTest completes a regular expression that matches one of the tests under
// the paths of the command.
func (c *command) completeTest(_ *cobra.Command, paths []string, begin string) ([]cobra.Completion, cobra.ShellCompDirective) {
	o, err := (&testRun{command: c}).options(paths)
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	var out []string
	for _, name := range flowtest.Names(o) {
		expression := regexp.QuoteMeta(name)
		if strings.HasPrefix(begin, "^") {
			expression = "^" + expression + "$"
		}
		if strings.HasPrefix(expression, begin) {
			out = append(out, expression)
		}
	}
	return out, cobra.ShellCompDirectiveNoFileComp
}

// completeFlowAndPaths completes a flow, then paths.
func (c *command) completeFlowAndPaths(cmd *cobra.Command, args []string, begin string) ([]cobra.Completion, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveDefault
	}
	names, _ := c.completeFlow(cmd, args, begin)
	return names, cobra.ShellCompDirectiveDefault
}

// completePage completes the names of the pages of the reference, which may have two
// words.
func (c *command) completePage(_ *cobra.Command, args []string, begin string) ([]cobra.Completion, cobra.ShellCompDirective) {
	before := strings.Join(append(slices.Clone(args), begin), " ")
	var names []string
	for _, p := range c.referencePages() {
		if rest, ok := strings.CutPrefix(p.name, before); ok {
			word, _, _ := strings.Cut(begin+rest, " ")
			names = append(names, word)
		}
	}
	slices.Sort(names)
	return slices.Compact(names), cobra.ShellCompDirectiveNoFileComp
}
