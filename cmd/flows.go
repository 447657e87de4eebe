package cmd

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/webhook-gateway/gateway/admin/api/client"
	"github.com/webhook-gateway/gateway/admin/ops"
	"github.com/webhook-gateway/gateway/internal/termtext"
)

// flowsCommand lists flows, and has the commands that change one.
func (c *command) flowsCommand() *cobra.Command {
	cmd := c.adminCommand("flows", "List, pause and resume the flows of a running gateway", `A paused flow accepts async runs, also those of tags, links and calls that do not
wait, and starts none of them. It answers sync requests with 503, fails calls that
wait for it, and skips the times of its schedule. Runs that are executing end. The
pause is kept in the store: it counts for all gateways within a second, and lasts
over restarts and reloads.`, c.showFlows)
	cmd.AddCommand(
		c.flowPauseCommand("pause", "Pause a flow: it accepts async runs and starts none", (*client.Client).PauseFlow),
		c.flowPauseCommand("resume", "End the pause of a flow, whose queued runs start then", (*client.Client).ResumeFlow))
	return cmd
}

// flowPauseCommand is the command that pauses a flow, or ends its pause.
func (c *command) flowPauseCommand(name, short string, change func(*client.Client, context.Context, string) (ops.FlowPaused, error)) *cobra.Command {
	var admin adminFlags
	var asJSON bool
	cmd := &cobra.Command{
		Use:   name + " NAME",
		Short: short,
		Args:  oneArg,
		RunE: func(cmd *cobra.Command, args []string) error {
			client, err := c.adminClient(admin)
			if err != nil {
				return err
			}
			got, err := change(client, cmd.Context(), args[0])
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(c.out, got)
			}
			_, err = fmt.Fprintf(c.out, "%s: %s\n", termtext.Escape(got.Flow), pauseText(got))
			return err
		},
	}
	admin.addTo(cmd)
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

func pauseText(p ops.FlowPaused) string {
	switch {
	case p.Paused && p.Changed:
		return "paused"
	case p.Paused:
		return "was paused before"
	case p.Changed:
		return "resumed"
	}
	return "was not paused"
}
