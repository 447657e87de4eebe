package cmd

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/webhook-gateway/gateway/admin/ops"
	"github.com/webhook-gateway/gateway/internal/termtext"
)

func (c *command) contactsDeleteCommand() *cobra.Command {
	var admin adminFlags
	var yes, asJSON bool
	cmd := &cobra.Command{
		Use:   "delete EMAIL",
		Short: "Delete a contact, and remove its address from the history",
		Long: `Deletes the contact, if it exists, and replaces the address by "(hidden)" in the
history of all runs that are over: requests, variables, inputs, outputs, errors
and responses. The gateway does the same with other runs once they are over. A
failed run that is run again works on the replaced data.

Other data about the person, such as a name, stays in the history until the runs
are deleted for their age.`,
		Args: oneArg,
		RunE: func(cmd *cobra.Command, args []string) error {
			if !yes {
				return errors.New("a deletion can't be undone: add --yes")
			}
			client, err := c.adminClient(admin)
			if err != nil {
				return err
			}
			got, err := client.DeleteContact(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(c.out, got)
			}
			_, err = fmt.Fprint(c.out, formatDeletion(args[0], &got))
			return err
		},
	}
	admin.addTo(cmd)
	cmd.Flags().BoolVar(&yes, "yes", false, "confirm the deletion")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

// formatDeletion describes the result of a deletion.
func formatDeletion(email string, d *ops.ContactDeleted) string {
	var out strings.Builder
	addLine := func(format string, args ...any) { fmt.Fprintf(&out, format+"\n", args...) }
	if d.Deleted {
		addLine("%s: deleted", termtext.Escape(email))
	} else {
		addLine("%s: there was no such contact", termtext.Escape(email))
	}
	addLine("the address is hidden in %s and %s", pluralize(d.Runs, "run"), pluralize(d.Keys, "stored response"))
	if d.Unread > 0 {
		addLine("%s can't be read in full, for example because an output was sealed with another key", pluralize(d.Unread, "run"))
	}
	if d.Open > 0 {
		addLine("%s of all flows will be searched when they are over", pluralize(d.Open, "open run"))
	}
	if d.More {
		addLine("the history is large: the gateway continues by itself")
	}
	return out.String()
}
