package cmd

import (
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/webhook-gateway/gateway/internal/termtext"
)

func (c *command) handshakesCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "handshakes",
		Short: "List and reset the handshakes of senders with a running gateway",
		Long: `Calls the admin listener of a running gateway. Some senders choose the secret of
their signatures in a handshake (challenge "asana"). The gateway keeps the first
one of a flow and refuses all others, until the handshake is reset.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(c.handshakesListCommand(), c.handshakesResetCommand())
	return cmd
}

func (c *command) handshakesListCommand() *cobra.Command {
	var admin adminFlags
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the flows whose secrets came in a handshake, without the secrets",
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			client, err := c.adminClient(admin)
			if err != nil {
				return err
			}
			list, err := client.Handshakes(cmd.Context())
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(c.out, list)
			}
			if len(list.Handshakes) == 0 {
				_, err := fmt.Fprintln(c.err, "no handshakes")
				return err
			}
			w := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
			_, _ = fmt.Fprintln(w, "FLOW\tSENDER\tKEPT")
			for _, h := range list.Handshakes {
				_, _ = fmt.Fprintf(w, "%s\t%s\t%s\n", termtext.Escape(h.Flow), termtext.Escape(h.Sender), formatLocalTime(h.Created))
			}
			return w.Flush()
		},
	}
	admin.addTo(cmd)
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

func (c *command) handshakesResetCommand() *cobra.Command {
	var admin adminFlags
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "reset FLOW",
		Short: "Delete the secret of a flow, so that its next handshake is kept",
		Long: `Deletes the secret that a sender chose for the flow, on all gateways within a
second. Deliveries get 401 until the sender has sent another handshake: create the
webhook again at once.`,
		Args: oneArg,
		RunE: func(cmd *cobra.Command, args []string) error {
			client, err := c.adminClient(admin)
			if err != nil {
				return err
			}
			got, err := client.ResetHandshakes(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(c.out, got)
			}
			_, err = fmt.Fprintf(c.out, "%s: %s deleted\n", termtext.Escape(args[0]), pluralize(got.Deleted, "secret"))
			return err
		},
	}
	admin.addTo(cmd)
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}
