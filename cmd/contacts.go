package cmd

import (
	"net/url"

	"github.com/spf13/cobra"
)

// contactsCommand is what people do with the contacts of a gateway that is
// running.
func (c *command) contactsCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "contacts",
		Short: "List, change, import, export and delete the contacts of a running gateway",
		Long: `Asks a running gateway by its admin listener about its contacts, or changes
them. A contact is known by its e-mail address, without regard to case, and has
fields and tags.

Flows with trigger "tag" are started by tags that are given here, as by those
that actions give; by an import only with --start-flows.`,
		Args: noNames,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(c.contactsListCommand(), c.contactsShowCommand(), c.contactsSetCommand(), c.contactsTagCommand(), c.contactsUntagCommand(),
		c.contactsImportCommand(), c.contactsExportCommand(), c.contactsDeleteCommand())
	return cmd
}

// contactFilter is which contacts are meant.
type contactFilter struct{ tag, search string }

func (f *contactFilter) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.tag, "tag", "", "contacts that have this tag")
	cmd.Flags().StringVar(&f.search, "search", "", "contacts with this text in their address, in either case")
}

func (f *contactFilter) query() url.Values {
	q := url.Values{}
	for name, v := range map[string]string{"tag": f.tag, "q": f.search} {
		if v != "" {
			q.Set(name, v)
		}
	}
	return q
}

const contactsPath = "/api/v1/contacts"

// contactPath is the path of a contact in the API.
func contactPath(email string) string { return contactsPath + "/" + url.PathEscape(email) }
