package cmd

import (
	"context"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/webhook-gateway/gateway/admin/api/client"
	"github.com/webhook-gateway/gateway/admin/ops"
	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/internal/termtext"
)

// adminCommand returns a command that calls a running gateway once. show prints the
// answer; asJSON asks for JSON.
func (c *command) adminCommand(use, short, long string, show func(ctx context.Context, a *client.Client, asJSON bool) error) *cobra.Command {
	var admin adminFlags
	var asJSON bool
	cmd := &cobra.Command{
		Use: use, Short: short, Long: long, Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			a, err := c.adminClient(admin)
			if err != nil {
				return err
			}
			return show(cmd.Context(), a, asJSON)
		},
	}
	admin.addTo(cmd)
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

// processCommands returns the commands about a running gateway as a whole.
func (c *command) processCommands() []*cobra.Command {
	return []*cobra.Command{
		c.flowsCommand(),
		c.adminCommand("status", "Show the state of a running gateway and its last load", `Shows the version, the store, the queues and the result of the last load, with its
findings.

Exit codes: 0 the flow files serve, 1 the last load was refused, 2 wrong use or no
gateway.`, c.showStatus),
		c.adminCommand("reload", "Let a running gateway load its flow files again", `Loads the flow files again and prints the findings. If the files have errors, the
flows that served before continue to serve.

Exit codes: 0 the files serve now, 1 they have errors, 2 wrong use or no gateway.`, c.reload),
	}
}

func (c *command) showFlows(ctx context.Context, a *client.Client, asJSON bool) error {
	list, err := a.Flows(ctx)
	if err != nil {
		return err
	}
	if asJSON {
		return printJSON(c.out, list)
	}
	if len(list.Flows) == 0 {
		_, err := fmt.Fprintln(c.err, "no flows")
		return err
	}
	w := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, "FLOW\tTRIGGER\tSTARTS\tACTIONS\tSTATE\tFILE")
	for i := range list.Flows {
		f := &list.Flows[i]
		state := "serves"
		if !f.Enabled {
			state = "disabled"
		} else if f.Paused != nil {
			state = "paused"
		}
		_, _ = fmt.Fprintf(w, "%s\t%s\t%s\t%d\t%s\t%s:%d\n", termtext.Escape(f.Name), f.Trigger, termtext.Escape(flowStart(f)), len(f.Actions), state, termtext.Escape(f.File), f.Line)
	}
	return w.Flush()
}

// flowStart says what starts a flow.
func flowStart(f *ops.Flow) string {
	switch {
	case f.URL != "":
		return strings.Join(f.Methods, ",") + " " + f.URL
	case !f.Next.IsZero():
		return "next " + formatLocalTime(f.Next)
	case f.Tag != "":
		return "tag " + f.Tag
	}
	return "-"
}

func (c *command) showStatus(ctx context.Context, a *client.Client, asJSON bool) error {
	s, err := a.Status(ctx)
	if err != nil {
		return err
	}
	if asJSON {
		err = printJSON(c.out, s)
	} else {
		err = c.printStatus(&s)
	}
	if err == nil && !s.Reload.OK {
		return exit(exitFindings)
	}
	return err
}

func (c *command) printStatus(s *ops.Status) error {
	ready := "yes"
	if !s.Ready {
		ready = "no"
	}
	w := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
	for _, row := range [][2]string{
		{"Version", s.Version},
		{"Started", formatLocalTime(s.Started)},
		{"Ready", ready},
		{"Store", s.Store},
		{"Flows", fmt.Sprint(s.Flows)},
		{"Runs in flight", fmt.Sprint(s.Runs)},
		{"Last load", describeLoad(&s.Reload)},
		{"Needs a restart", strings.Join(s.Reload.Restart, ", ")},
	} {
		if row[1] != "" {
			_, _ = fmt.Fprintf(w, "%s\t%s\n", row[0], termtext.Escape(row[1]))
		}
	}
	if s.Dropped > 0 {
		_, _ = fmt.Fprintf(w, "Missing in history\t%d\n", s.Dropped)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if err := c.printQueue(s.Queue); err != nil || len(s.Reload.Diagnostics.Diagnostics) == 0 {
		return err
	}
	_, _ = fmt.Fprintln(c.out)
	return diag.WriteFromJSON(c.out, s.Reload.Diagnostics.Diagnostics, diag.Options{Color: c.wantsColor(c.out), Width: 100})
}

func describeLoad(r *ops.ReloadStatus) string {
	at := formatLocalTime(r.At) + " (" + r.Cause + ")"
	switch {
	case r.OK:
		return "ok, " + at
	case r.Since != nil:
		return fmt.Sprintf("refused, %s; %s since %s", at, pluralize(r.Failures, "refused load"), formatLocalTime(*r.Since))
	}
	return "refused, " + at
}

func (c *command) printQueue(queue []ops.QueueDepth) error {
	if len(queue) == 0 {
		return nil
	}
	w := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, "\nFLOW\tQUEUED\tWAITING\tRUNNING\tOLDEST")
	for _, d := range queue {
		oldest := "-"
		if !d.Oldest.IsZero() {
			oldest = formatLocalTime(d.Oldest)
		}
		_, _ = fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%s\n", termtext.Escape(d.Flow), d.Queued, d.Waiting, d.Running, oldest)
	}
	return w.Flush()
}

func (c *command) reload(ctx context.Context, a *client.Client, asJSON bool) error {
	found, ok, err := a.Reload(ctx)
	if err != nil {
		return err
	}
	if asJSON {
		err = printJSON(c.out, found)
	} else {
		err = c.printReload(&found, ok)
	}
	if err == nil && !ok {
		return exit(exitFindings)
	}
	return err
}

func (c *command) printReload(found *ops.Findings, ok bool) error {
	if err := diag.WriteFromJSON(c.out, found.Diagnostics, diag.Options{Color: c.wantsColor(c.out), Width: 100}); err != nil {
		return err
	}
	if len(found.Diagnostics) > 0 {
		_, _ = fmt.Fprintln(c.out)
	}
	text := "Reloaded: the flow files serve now."
	if !ok {
		text = fmt.Sprintf("Refused: %s, %s. The flows that served before continue to serve.", pluralize(found.Errors, "error"), pluralize(found.Warnings, "warning"))
	}
	_, err := fmt.Fprintln(c.out, text)
	return err
}
