package cmd

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/webhook-gateway/gateway/gateway"
	"github.com/webhook-gateway/gateway/internal/termtext"
)

// contactLister is one call of `gateway contacts list`.
type contactLister struct {
	*command
	pager
}

func (c *command) contactsListCommand() *cobra.Command {
	var admin adminFlags
	var filter contactFilter
	var after string
	var asJSON bool
	l := &contactLister{command: c}
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List contacts, by address",
		Args:  noNames,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			if l.limit < 1 {
				return fmt.Errorf("--limit must be at least 1")
			}
			if l.client, err = c.adminClient(admin); err != nil {
				return err
			}
			if l.query = filter.query(); after != "" {
				l.query.Set("after", after)
			}
			if asJSON {
				return l.json(cmd.Context())
			}
			return l.table(cmd.Context())
		},
	}
	admin.add(cmd)
	filter.add(cmd)
	cmd.Flags().IntVar(&l.limit, "limit", defaultLimit, "how many contacts at most")
	cmd.Flags().StringVar(&after, "after", "", "go on behind this address")
	cmd.Flags().BoolVar(&l.all, "all", false, "all pages")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

// pages shows page after page of contacts.
func (l *contactLister) pages(ctx context.Context, show func([]gateway.ContactBody) error) (next string, err error) {
	return readPages(ctx, &l.pager, contactsPath, func(p *gateway.ContactPage) ([]gateway.ContactBody, string) { return p.Contacts, p.Next }, show)
}

// json prints the shape that the API has, whatever the number of pages.
func (l *contactLister) json(ctx context.Context) error {
	out := gateway.ContactPage{Contacts: []gateway.ContactBody{}}
	var err error
	out.Next, err = l.pages(ctx, func(found []gateway.ContactBody) error {
		out.Contacts = append(out.Contacts, found...)
		return nil
	})
	if err != nil {
		return err
	}
	return printJSON(l.out, out)
}

func (l *contactLister) table(ctx context.Context) error {
	head, found := true, 0
	next, err := l.pages(ctx, func(page []gateway.ContactBody) error {
		if len(page) == 0 {
			return nil
		}
		found += len(page)
		w := tabwriter.NewWriter(l.out, 0, 0, 2, ' ', 0)
		if head {
			_, _ = fmt.Fprintln(w, "EMAIL\tCHANGED\tFIELDS\tTAGS")
			head = false
		}
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
		_, err = fmt.Fprintf(l.err, "\nmore contacts follow: add --after %s\n", termtext.Escape(word(next)))
	}
	return err
}

// shortTags lists tags as far as they fit in a line.
func shortTags(tags []gateway.ContactTag) string {
	const most = 100
	var out strings.Builder
	for i, t := range tags {
		if out.Len()+len(t.Name) > most && i > 0 {
			return out.String() + fmt.Sprintf(", and %d more", len(tags)-i)
		}
		if i > 0 {
			out.WriteString(", ")
		}
		out.WriteString(termtext.Escape(t.Name))
	}
	return first(out.String(), "-")
}

func (c *command) contactsShowCommand() *cobra.Command {
	var admin adminFlags
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "show EMAIL",
		Short: "Show a contact: its fields, and its tags with who gave them when",
		Args:  oneName,
		RunE: func(cmd *cobra.Command, args []string) error {
			client, err := c.adminClient(admin)
			if err != nil {
				return err
			}
			var got gateway.ContactBody
			if err := client.call(cmd.Context(), http.MethodGet, contactPath(args[0]), nil, &got); err != nil {
				return err
			}
			if asJSON {
				return printJSON(c.out, got)
			}
			_, err = c.out.Write(contactText(&got))
			return err
		},
	}
	admin.add(cmd)
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

// contactText is a contact for people.
func contactText(c *gateway.ContactBody) []byte {
	var out bytes.Buffer
	w := tabwriter.NewWriter(&out, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintf(w, "Contact\t%s\nCreated\t%s\nChanged\t%s\n", termtext.Escape(c.Email), formatLocalTime(c.Created), formatLocalTime(c.Changed))
	_ = w.Flush()
	if len(c.Fields) > 0 {
		_, _ = fmt.Fprintln(&out, "\nFields")
	}
	for _, name := range slices.Sorted(maps.Keys(c.Fields)) {
		_, _ = fmt.Fprintf(w, "  %s\t%s\n", termtext.Escape(name), termtext.Escape(oneLine(c.Fields[name])))
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

// oneLine writes JSON without line breaks, as the API indents it.
func oneLine(text json.RawMessage) string {
	var out bytes.Buffer
	if json.Compact(&out, text) != nil {
		return string(text)
	}
	return out.String()
}
