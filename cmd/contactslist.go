package cmd

import (
	"context"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/webhook-gateway/gateway/admin/api"
	"github.com/webhook-gateway/gateway/admin/api/client"
	"github.com/webhook-gateway/gateway/admin/ops"
	"github.com/webhook-gateway/gateway/internal/termtext"
)

// contactLister executes `gateway contacts list`.
type contactLister struct {
	*command
	admin  adminFlags
	filter contactFilterFlags
	page   pageFlags
	client *client.Client
}

func (c *command) contactsListCommand() *cobra.Command {
	l := &contactLister{command: c}
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List contacts, sorted by address",
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			if l.client, err = c.adminClient(l.admin); err != nil {
				return err
			}
			if asJSON {
				return l.printJSON(cmd.Context())
			}
			return l.printTable(cmd.Context())
		},
	}
	l.admin.addTo(cmd)
	l.filter.addTo(cmd)
	l.page.addTo(cmd, "maximum number of contacts", "continue after this address")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

// readPages passes page after page of contacts to show.
func (l *contactLister) readPages(ctx context.Context, show func([]ops.Contact) error) (next string, err error) {
	return readPages(l.page, func(limit int, after string) ([]ops.Contact, string, error) {
		p, err := l.client.Contacts(ctx, api.ContactList{ContactFilter: l.filter.filter(), Limit: limit, After: after})
		return p.Contacts, p.Next, err
	}, show)
}

// printJSON prints one page in the form of the API, however many pages it read.
func (l *contactLister) printJSON(ctx context.Context) error {
	out := ops.ContactPage{Contacts: []ops.Contact{}}
	var err error
	out.Next, err = l.readPages(ctx, func(page []ops.Contact) error {
		out.Contacts = append(out.Contacts, page...)
		return nil
	})
	if err != nil {
		return err
	}
	return printJSON(l.out, out)
}

func (l *contactLister) printTable(ctx context.Context) error {
	found := 0
	next, err := l.readPages(ctx, func(page []ops.Contact) error {
		w := tabwriter.NewWriter(l.out, 0, 0, 2, ' ', 0)
		if found == 0 && len(page) > 0 {
			_, _ = fmt.Fprintln(w, "EMAIL\tCHANGED\tFIELDS\tTAGS")
		}
		found += len(page)
		for i := range page {
			c := &page[i]
			_, _ = fmt.Fprintf(w, "%s\t%s\t%d\t%s\n", termtext.Escape(c.Email), formatLocalTime(c.Changed), len(c.Fields), shortTags(c.Tags))
		}
		return w.Flush()
	})
	switch {
	case err != nil:
		return err
	case found == 0 && next == "":
		_, err = fmt.Fprintln(l.err, "no contacts")
	case next != "":
		_, err = fmt.Fprintf(l.err, "\nmore contacts follow: add --after %s\n", termtext.Escape(quoteForShell(next)))
	}
	return err
}

// shortTags lists the tags that fit in a line.
func shortTags(tags []ops.ContactTag) string {
	const longest = 100
	var out strings.Builder
	for i, t := range tags {
		if out.Len()+len(t.Name) > longest && i > 0 {
			return out.String() + fmt.Sprintf(", and %d more", len(tags)-i)
		}
		if i > 0 {
			out.WriteString(", ")
		}
		out.WriteString(termtext.Escape(t.Name))
	}
	return first(out.String(), "-")
}
