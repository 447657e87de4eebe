package cmd

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/flowtest"
	"github.com/webhook-gateway/gateway/flowtest/fromrun"
	"github.com/webhook-gateway/gateway/internal/ulid"
)

// readStoredRun reads a run: from a file that "runs show --json" printed, or from
// the gateway that runs, by its id.
func (c *command) readStoredRun(ctx context.Context, admin adminFlags, arg string) (*fromrun.Run, error) {
	text, err := readRunFile(arg)
	if _, notID := ulid.Parse(arg); errors.Is(err, os.ErrNotExist) && notID == nil {
		client, err := c.adminClient(admin)
		if err != nil {
			return nil, err
		}
		run, err := client.Run(ctx, arg)
		if err != nil {
			return nil, err
		}
		text, err = json.Marshal(run)
		if err != nil {
			return nil, err
		}
		return fromrun.Read(text)
	}
	if err != nil {
		return nil, fmt.Errorf("reading the run: %w; give the id of a run, or a file that \"gateway runs show ID --json\" printed", err)
	}
	r, err := fromrun.Read(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", arg, err)
	}
	return r, nil
}

func readRunFile(name string) ([]byte, error) {
	f, err := os.Open(name) //nolint:gosec // the user named it
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // it is only read
	return io.ReadAll(io.LimitReader(f, fromrun.MaxRun))
}

// writeRunTest writes the test that repeats a run with the flow files of o.
func (c *command) writeRunTest(r *fromrun.Run, o flowtest.Options, inputs bool) (*fromrun.Test, error) {
	flows, files, diags := flowtest.Flows(o)
	if diags.HasErrors() {
		if err := diag.Write(c.err, "text", diag.Report{Diags: diags, Files: files}, diag.Options{Color: c.wantsColor(c.err)}); err != nil {
			return nil, err
		}
		return nil, exit(exitFindings)
	}
	at := slices.IndexFunc(flows, func(f *flow.Flow) bool { return f.Name == r.Flow || f.RenamedFrom == r.Flow })
	if at < 0 {
		names := make([]string, len(flows))
		for i, f := range flows {
			names[i] = f.Name
		}
		return nil, fmt.Errorf("the files have no flow %q, which the run is of.%s", r.Flow, diag.DidYouMean(r.Flow, names))
	}
	return fromrun.Write(r, fromrun.Options{Flow: flows[at], Flows: flows, Actions: c.Kinds.Actions, Inputs: inputs})
}

// printRunTest prints the test of a run, and says what keeps it from passing.
func (t *testRun) printRunTest(ctx context.Context, o flowtest.Options) error {
	r, err := t.readStoredRun(ctx, t.admin, t.fromRun)
	if err != nil {
		return err
	}
	test, err := t.writeRunTest(r, o, false)
	if err != nil {
		return err
	}
	if _, err := io.WriteString(t.out, test.Text); err != nil {
		return err
	}
	report, err := t.runText(ctx, o, test)
	if err != nil || report.Failed() == 0 {
		return err
	}
	if _, err := fmt.Fprintln(t.err, "The test does not pass with the files as they are:"); err != nil {
		return err
	}
	return report.WriteText(t.err, flowtest.TextOptions{Color: t.wantsColor(t.err)})
}

// runText runs a test that was written.
func (c *command) runText(ctx context.Context, o flowtest.Options, test *fromrun.Test) (*flowtest.Report, error) {
	o.Text, o.Match = []byte(test.Text), nil
	report, diags := flowtest.Run(ctx, o)
	if !diags.HasErrors() {
		return report, nil
	}
	if err := diag.Write(c.err, "text", diag.Report{Diags: diags, Files: report.Files}, diag.Options{Color: c.wantsColor(c.err)}); err != nil {
		return nil, err
	}
	return nil, exit(exitFindings)
}

// replay is the command replay.
type replay struct {
	*command
	admin adminFlags
}

func (c *command) replayCommand() *cobra.Command {
	r := &replay{command: c}
	cmd := &cobra.Command{
		Use:   "replay RUN [PATH ...]",
		Short: "Repeat a run with the flow files as they are, and show what differs",
		Long: `Repeats a run on this machine with the flow files under the paths (default: the
current folder), and shows what would differ: the response, the actions that run,
and what each action sends. RUN is the id of a run of a running gateway, or a file
that "gateway runs show ID --json" printed. Nothing is sent: actions that reach
outside get what they got then.

Exit codes: 0 nothing differs, 1 something differs or a file has errors, 2 wrong
use or a run that can't be repeated.`,
		Args: someArgs,
		RunE: func(cmd *cobra.Command, args []string) error { return r.run(cmd.Context(), args[0], args[1:]) },
	}
	r.admin.addTo(cmd)
	return cmd
}

func (r *replay) run(ctx context.Context, arg string, paths []string) error {
	stored, err := r.readStoredRun(ctx, r.admin, arg)
	if err != nil {
		return err
	}
	o, err := (&testRun{command: r.command}).options(paths)
	if err != nil {
		return err
	}
	test, err := r.writeRunTest(stored, o, true)
	if err != nil {
		return err
	}
	if test.Startless {
		return fmt.Errorf("the run %s can't be repeated: the history hides the body of its request, because the flow reads sensitive values. \"gateway test --from-run\" writes a test in which you can give it one", stored.ID)
	}
	report, err := r.runText(ctx, o, test)
	if err != nil {
		return err
	}
	for _, g := range test.Gaps {
		if _, err := fmt.Fprintf(r.out, "note: %s\n", g); err != nil {
			return err
		}
	}
	if report.Failed() == 0 {
		_, err := fmt.Fprintf(r.out, "Run %s of flow %q: nothing differs.\n", stored.ID, stored.Flow)
		return err
	}
	if err := report.WriteText(r.out, flowtest.TextOptions{Color: r.wantsColor(r.out)}); err != nil {
		return err
	}
	return exit(exitFindings)
}
