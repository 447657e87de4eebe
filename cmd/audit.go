package cmd

import (
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/webhook-gateway/gateway/admin/api"
	"github.com/webhook-gateway/gateway/admin/ops"
	"github.com/webhook-gateway/gateway/internal/termtext"
)

func (c *command) auditCommand() *cobra.Command {
	var admin adminFlags
	var list api.AuditList
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "audit",
		Short: "List what operators changed on a running gateway, the newest first",
		Long: `Calls the admin listener of a running gateway. Each retry, cancellation, change of
contacts and keys, pause and reload has an entry: when, who, from which address, what,
and with which result. WHO is the name of who signed in, "token" for the admin token,
or "local" for a caller on the machine of the gateway without a token.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			client, err := c.adminClient(admin)
			if err != nil {
				return err
			}
			page, err := client.Audit(cmd.Context(), list)
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(c.out, page)
			}
			return c.printAudit(page)
		},
	}
	admin.addTo(cmd)
	cmd.Flags().IntVar(&list.Limit, "limit", defaultLimit, "maximum number of entries, up to 500")
	cmd.Flags().StringVar(&list.After, "after", "", "value of --after that the page before printed")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

func (c *command) printAudit(page ops.AuditPage) error {
	if len(page.Entries) == 0 {
		_, err := fmt.Fprintln(c.err, "no changes")
		return err
	}
	w := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, "TIME\tWHO\tADDRESS\tACTION\tTARGET\tRESULT")
	for _, e := range page.Entries {
		_, _ = fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", formatLocalTime(e.At), termtext.Escape(e.Who), first(e.Address, "-"),
			e.Action, first(termtext.Escape(e.Target), "-"), termtext.Escape(e.Result))
	}
	if err := w.Flush(); err != nil || page.Next == "" {
		return err
	}
	_, err := fmt.Fprintf(c.err, "\nnext page: gateway audit --after %s\n", page.Next)
	return err
}
