package cmd

import (
	"github.com/spf13/cobra"

	"github.com/webhook-gateway/gateway/admin/api"
)

func (c *command) contactsCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "contacts",
		Short: "List, change, import, export and delete the contacts of a running gateway",
		Long: `Calls the admin listener of a running gateway. A contact is identified by its
e-mail address, and has fields and tags. Jane@Example.com and jane@example.com
are one contact, and so are the forms of an address in another script:
info@büro.example and info@xn--bro-hoa.example.

Tags that these commands add start flows with trigger "tag", as tags that
actions add do; an import starts them only with --start-flows.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(c.contactsListCommand(), c.contactsShowCommand(), c.contactsSetCommand(), c.contactsTagCommand(), c.contactsUntagCommand(),
		c.contactsImportCommand(), c.contactsExportCommand(), c.contactsDeleteCommand())
	return cmd
}

// contactFilterFlags select contacts.
type contactFilterFlags struct{ tag, search string }

func (f *contactFilterFlags) addTo(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.tag, "tag", "", "contacts with this tag")
	cmd.Flags().StringVar(&f.search, "search", "", "contacts with this text in their address, in either case")
}

func (f *contactFilterFlags) filter() api.ContactFilter {
	return api.ContactFilter{Tag: f.tag, Search: f.search}
}
