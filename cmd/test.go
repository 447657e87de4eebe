package cmd

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/config/load"
	"github.com/webhook-gateway/gateway/flowtest"
)

// testRun is the command test.
type testRun struct {
	*command
	format, match string
	parallel      int
	verbose       bool
	coverage      testCoverage
	fromRun       string
	watch         bool
	admin         adminFlags
}

func (c *command) testCommand() *cobra.Command {
	t := &testRun{command: c}
	cmd := &cobra.Command{
		Use:   "test [PATH ...]",
		Short: "Run the tests of flows",
		Long: `Runs the tests in the *.test.hcl files under the paths (default: the current
folder). Each test runs a gateway with a store in memory and a clock of its own:
delays, retries and timeouts take no time, no socket is opened, and no secret is
read. Actions that reach outside need a mock. "gateway docs test" describes the
language of tests.

Exit codes: 0 all tests passed, 1 a test failed, a file has errors or the coverage
is below --min, 2 wrong use.`,
		RunE: func(cmd *cobra.Command, args []string) error { return t.run(cmd.Context(), args) },
	}
	cmd.Flags().StringVar(&t.format, "format", "text", "format of the results: text, json, junit or github")
	cmd.Flags().StringVar(&t.match, "run", "", "run only the tests whose names match the regular expression")
	cmd.Flags().IntVar(&t.parallel, "parallel", 0, "how many tests run at once (default: the number of processors)")
	cmd.Flags().BoolVar(&t.watch, "watch", false, "run the tests again whenever a file that they read changes, until interrupted")
	cmd.Flags().BoolVar(&t.verbose, "verbose", false, "also list the tests that passed")
	t.coverage.addFlags(cmd)
	cmd.Flags().StringVar(&t.fromRun, "from-run", "", "print a test that repeats a `RUN`: the id of a run of a running gateway, or a file with the JSON of \"gateway runs show\"")
	t.admin.addTo(cmd)
	return cmd
}

func (t *testRun) run(ctx context.Context, paths []string) error {
	o, err := t.options(paths)
	if err != nil {
		return err
	}
	if !slices.Contains(flowtest.Formats(), t.format) {
		return fmt.Errorf("unknown format %q: use one of %s", t.format, strings.Join(flowtest.Formats(), ", "))
	}
	switch {
	case t.fromRun != "" && t.watch:
		return errors.New("--from-run prints a test once, so that --watch has nothing to watch")
	case t.fromRun != "":
		return t.printRunTest(ctx, o)
	case t.watch:
		return t.watchFiles(ctx, paths, o)
	}
	return t.runTests(ctx, o)
}

// runTests runs the tests and writes their results.
func (t *testRun) runTests(ctx context.Context, o flowtest.Options) error {
	finish := t.showProgress(&o)
	report, diags := flowtest.Run(ctx, o)
	finish()
	if t.watch && ctx.Err() != nil {
		return nil // half of the results would only confuse
	}
	if len(diags) > 0 {
		opts := diag.Options{Version: t.Version, Color: t.wantsColor(t.out), Width: 100}
		out, format := t.out, t.format
		if !diags.HasErrors() && (format == "json" || format == "junit") {
			out, format = t.err, "text" // the results follow, in a document of their own
		}
		if err := diag.Write(out, format, diag.Report{Diags: diags, Files: report.Files}, opts); err != nil {
			return err
		}
	}
	if diags.HasErrors() {
		return exit(exitFindings)
	}
	if len(report.Results) == 0 {
		return t.explainNoTests(report)
	}
	if err := report.Write(t.out, t.format, flowtest.TextOptions{Color: t.wantsColor(t.out), Verbose: t.verbose}); err != nil {
		return err
	}
	reached, err := t.coverage.write(t.out, report)
	if err != nil {
		return err
	}
	if report.Failed() > 0 || !reached {
		return exit(exitFindings)
	}
	return nil
}

// explainNoTests says why no test has run.
func (t *testRun) explainNoTests(r *flowtest.Report) error {
	if t.match == "" || len(r.Tests) == 0 {
		return errors.New("no tests found: write them in files *.test.hcl beside the flow files; \"gateway docs test\" describes them, and \"gateway init\" writes a first one")
	}
	return fmt.Errorf("no test matches --run %q: the paths have %d, such as %q", t.match, len(r.Tests), r.Tests[0])
}

// showProgress counts the tests on a terminal while they run. finish removes the
// line.
func (t *testRun) showProgress(o *flowtest.Options) (finish func()) {
	if t.format != "text" || !t.wantsColor(t.err) {
		return func() {}
	}
	o.Progress = func(done, total int) { _, _ = fmt.Fprintf(t.err, "\r%d of %d tests", done, total) }
	return func() { _, _ = fmt.Fprint(t.err, "\r\x1b[K") }
}

func (t *testRun) options(paths []string) (flowtest.Options, error) {
	o := flowtest.Options{Kinds: t.Kinds, Connections: t.Connections, Version: t.Version, Clock: t.clock, Parallel: t.parallel}
	if err := t.coverage.check(); err != nil {
		return o, err
	}
	t.coverage.observe(&o)
	var loaded load.Options
	if _, err := t.loader(paths, load.RequireSet, func(l *load.Options) { loaded = *l }); err != nil {
		return o, err
	}
	o.FS, o.Paths = loaded.FS, loaded.Paths
	if ci, _ := t.env("CI"); ci != "" && ci != "false" {
		o.RefuseOnly = true
	}
	if t.match != "" {
		var err error
		if o.Match, err = regexp.Compile(t.match); err != nil {
			return o, fmt.Errorf("--run is no regular expression: %w", err)
		}
	}
	if t.parallel < 0 {
		return o, fmt.Errorf("--parallel must be at least 1, and %d is less", t.parallel)
	}
	return o, nil
}
