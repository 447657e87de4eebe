package cmd

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/webhook-gateway/gateway/admin/ops"
	"github.com/webhook-gateway/gateway/internal/termtext"
)

func (c *command) contactsShowCommand() *cobra.Command {
	var admin adminFlags
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "show EMAIL",
		Short: "Show a contact: its fields, and its tags with their source and time",
		Args:  oneArg,
		RunE: func(cmd *cobra.Command, args []string) error {
			client, err := c.adminClient(admin)
			if err != nil {
				return err
			}
			got, err := client.Contact(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(c.out, got)
			}
			_, err = c.out.Write(formatContact(&got))
			return err
		},
	}
	admin.addTo(cmd)
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

func formatContact(c *ops.Contact) []byte {
	var out bytes.Buffer
	w := tabwriter.NewWriter(&out, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintf(w, "Contact\t%s\nCreated\t%s\nChanged\t%s\n", termtext.Escape(c.Email), formatLocalTime(c.Created), formatLocalTime(c.Changed))
	_ = w.Flush()
	if len(c.Fields) > 0 {
		_, _ = fmt.Fprintln(&out, "\nFields")
	}
	for _, name := range slices.Sorted(maps.Keys(c.Fields)) {
		_, _ = fmt.Fprintf(w, "  %s\t%s\n", termtext.Escape(name), termtext.Escape(compactJSON(c.Fields[name])))
	}
	_ = w.Flush()
	if len(c.Tags) > 0 {
		_, _ = fmt.Fprintln(&out, "\nTags")
	}
	for _, t := range c.Tags {
		_, _ = fmt.Fprintf(w, "  %s\t%s\t%s\n", termtext.Escape(t.Name), t.Source, formatLocalTime(t.Given))
	}
	_ = w.Flush()
	return out.Bytes()
}
