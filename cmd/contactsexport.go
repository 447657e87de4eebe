package cmd

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/webhook-gateway/gateway/gateway"
)

func (c *command) contactsExportCommand() *cobra.Command {
	var admin adminFlags
	var filter contactFilter
	var format string
	l := &contactLister{command: c, pager: pager{limit: 1, all: true}}
	cmd := &cobra.Command{
		Use:   "export",
		Short: "Print contacts as import reads them",
		Long: `Prints all contacts, or those of a filter, as CSV or JSON with one contact in
each line. Fields whose values are all texts are plain columns of the CSV, and
others have names that end in ":json". JSON also tells when tags were given and
by whom.`,
		Args: noNames,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			if l.client, err = c.adminClient(admin); err != nil {
				return err
			}
			l.query = filter.query()
			switch format {
			case "csv":
				return l.exportCSV(cmd.Context())
			case "json":
				return l.exportJSON(cmd.Context())
			}
			return fmt.Errorf("there is no format %q; there are csv and json", format)
		},
	}
	admin.add(cmd)
	filter.add(cmd)
	cmd.Flags().StringVar(&format, "format", "csv", "csv or json")
	return cmd
}

func (l *contactLister) exportJSON(ctx context.Context) error {
	_, err := l.pages(ctx, func(page []gateway.ContactBody) error {
		for i := range page {
			text, err := json.Marshal(&page[i])
			if err != nil {
				return err
			}
			if _, err := fmt.Fprintf(l.out, "%s\n", text); err != nil {
				return err
			}
		}
		return nil
	})
	return err
}

func (l *contactLister) exportCSV(ctx context.Context) error {
	var all []gateway.ContactBody
	_, err := l.pages(ctx, func(page []gateway.ContactBody) error {
		all = append(all, page...)
		return nil
	})
	if err != nil {
		return err
	}
	return writeContactCSV(l.out, all)
}

// writeContactCSV writes contacts as readContactCSV reads them.
func writeContactCSV(to io.Writer, contacts []gateway.ContactBody) error {
	plainText := map[string]bool{} // by field: whether all of its values are texts
	for i := range contacts {
		for name, v := range contacts[i].Fields {
			_, isText := cellText(v)
			before, known := plainText[name]
			plainText[name] = isText && (before || !known) && !reserved(name)
		}
	}
	names := make([]string, 0, len(plainText))
	for name := range plainText {
		names = append(names, name)
	}
	slices.Sort(names)
	w := csv.NewWriter(to)
	head := []string{"email", "tags"}
	for _, name := range names {
		if !plainText[name] {
			name += jsonColumn
		}
		head = append(head, name)
	}
	if err := w.Write(head); err != nil {
		return err
	}
	for i := range contacts {
		if err := w.Write(contactRow(&contacts[i], names, plainText)); err != nil {
			return err
		}
	}
	w.Flush()
	return w.Error()
}

// reserved tells whether a column of the name would be read as something else
// than a field of texts.
func reserved(name string) bool {
	return strings.EqualFold(name, "email") || strings.EqualFold(name, "tags") || strings.HasSuffix(name, jsonColumn)
}

func contactRow(c *gateway.ContactBody, names []string, plainText map[string]bool) []string {
	row := []string{c.Email, joinTags(c.Tags)}
	for _, name := range names {
		cell := ""
		if v, ok := c.Fields[name]; ok {
			cell = oneLine(v)
			if plainText[name] {
				cell, _ = cellText(v)
			}
		}
		row = append(row, cell)
	}
	return row
}

// cellText is a value that a cell can have as it is: a text that is more than
// space. Line breaks of Windows would come back as others.
func cellText(v json.RawMessage) (string, bool) {
	var text string
	if bytes.Equal(v, []byte("null")) || json.Unmarshal(v, &text) != nil {
		return "", false
	}
	return text, strings.TrimSpace(text) != "" && !strings.Contains(text, "\r")
}
