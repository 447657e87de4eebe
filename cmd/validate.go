package cmd

import (
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/spf13/cobra"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/config/load"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/flowtest"
)

func (c *command) validateCommand() *cobra.Command {
	var format string
	var secrets bool
	cmd := &cobra.Command{
		Use:   "validate [PATH ...]",
		Short: "Check flow files and report each mistake at its line",
		Long: `Reads every .hcl file under the paths (default: the current folder) and reports
all mistakes that the files show, each at its line with a correction. It opens no
connection and sends nothing.

Secrets and variables need not be set, unless --secrets is given. Tests beside the
flows, in files *.test.hcl, are checked and not run.

Exit codes: 0 valid (warnings allowed), 1 errors, 2 wrong use.`,
		RunE: func(_ *cobra.Command, args []string) error {
			unset := load.AllowUnset
			if secrets {
				unset = load.RequireSet
			}
			flows, err := c.loader(args, unset)
			if err != nil {
				return err
			}
			loaded, diags := flows.Load()
			if !diags.HasErrors() {
				var found hcl.Diagnostics
				loaded, found = c.checkTests(args, loaded)
				diags = append(diags, found...)
			}
			return c.reportFindings(format, diags, loaded)
		},
	}
	cmd.Flags().StringVar(&format, "format", "text", "format of the findings: text, json, github, sarif or junit")
	cmd.Flags().BoolVar(&secrets, "secrets", false, "also report secrets and variables that are not set, and secrets that are too short")
	return cmd
}

// checkTests returns the findings of the test files. If there are any, the
// configuration that it returns also has the test files, whose lines they show.
func (c *command) checkTests(paths []string, loaded *load.Config) (*load.Config, hcl.Diagnostics) {
	o, err := (&testRun{command: c}).options(paths)
	if err != nil {
		return loaded, nil // the paths were read before
	}
	o.RefuseOnly = false
	files, diags := flowtest.Check(o)
	if len(diags) == 0 {
		return loaded, nil
	}
	shown := *loaded
	shown.Files = maps.Clone(loaded.Files)
	maps.Copy(shown.Files, files)
	return &shown, diags
}

// reportFindings prints the findings of a load and returns the exit code for them.
func (c *command) reportFindings(format string, diags hcl.Diagnostics, loaded *load.Config) error {
	if err := c.writeFindings(c.out, format, diags, loaded); err != nil {
		return err
	}
	if format == "text" {
		if len(diags) > 0 {
			_, _ = fmt.Fprintln(c.out)
		}
		for _, n := range hiddenNotes(loaded, diags) {
			_, _ = fmt.Fprintf(c.out, "%s:%d: %s\n", n.Range.Filename, n.Range.Start.Line, n.Text)
		}
		_, _ = fmt.Fprintln(c.out, formatSummary(diags, loaded))
	}
	if diags.HasErrors() {
		return exit(exitFindings)
	}
	return nil
}

func (c *command) writeFindings(w io.Writer, format string, diags hcl.Diagnostics, loaded *load.Config) error {
	opts := diag.Options{Version: c.Version, Color: c.wantsColor(w), Width: 100}
	return diag.Write(w, format, diag.Report{Diags: diags, Files: loaded.Files, Notes: hiddenNotes(loaded, diags)}, opts)
}

// hiddenNotes lists the parts of flows and actions that are hidden in logs and history
// because of the values that they hold. Actions with sensitive = true are left out: the file says so there.
func hiddenNotes(loaded *load.Config, diags hcl.Diagnostics) []diag.Note {
	if diags.HasErrors() {
		return nil
	}
	var notes []diag.Note
	for _, f := range loaded.Flows {
		if f.HiddenInput != "" {
			notes = append(notes, diag.Note{Range: f.Range, Text: fmt.Sprintf("flow %q: what starts a run is hidden: it %s", f.Name, f.HiddenInput)})
		}
		f.Walk(func(s *flow.Step) {
			why := s.HiddenParts()
			for _, part := range slices.Sorted(maps.Keys(why)) {
				if !strings.HasPrefix(why[part], "has sensitive = true") {
					notes = append(notes, diag.Note{Range: s.Range, Text: fmt.Sprintf("action %q: %s hidden: %s", s.Name, part, why[part])})
				}
			}
		})
	}
	return notes
}

func formatSummary(diags hcl.Diagnostics, loaded *load.Config) string {
	errs, warnings := 0, 0
	for _, d := range diags {
		if d.Severity == hcl.DiagError {
			errs++
		} else {
			warnings++
		}
	}
	if errs > 0 {
		return fmt.Sprintf("Invalid: %s, %s.", pluralize(errs, "error"), pluralize(warnings, "warning"))
	}
	text := fmt.Sprintf("Valid: %s in %s", pluralize(len(loaded.Flows), "flow"), pluralize(len(loaded.Files), "file"))
	if warnings > 0 {
		text += ", " + pluralize(warnings, "warning")
	}
	return text + "."
}

// wantsColor tells whether w is a terminal and colours are not declined
// (no-color.org).
func (c *command) wantsColor(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	declined, _ := c.env("NO_COLOR")
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0 && declined == ""
}
