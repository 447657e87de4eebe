package cmd

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/webhook-gateway/gateway/admin/ops"
)

func (c *command) contactsExportCommand() *cobra.Command {
	l := &contactLister{command: c, page: pageFlags{limit: 1, all: true}}
	var format, separator string
	cmd := &cobra.Command{
		Use:   "export",
		Short: "Print contacts in a form that import reads",
		Long: `Prints all contacts, or those of a filter, as CSV or as JSON with one contact per
line. A field whose values are all strings is a plain column of the CSV; the
column of another field has a name that ends in ":json". JSON also holds the
time and the source of each tag.

An import of the export changes nothing. Both keep a cell that begins with = as
it is; a spreadsheet computes it as a formula.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			if l.client, err = c.adminClient(l.admin); err != nil {
				return err
			}
			comma, err := parseSeparator(separator)
			if err != nil {
				return err
			}
			switch format {
			case "csv":
				return l.exportCSV(cmd.Context(), comma)
			case "json":
				return l.exportJSON(cmd.Context())
			}
			return fmt.Errorf("there is no format %q; there are csv and json", format)
		},
	}
	l.admin.addTo(cmd)
	l.filter.addTo(cmd)
	cmd.Flags().StringVar(&format, "format", "csv", "csv or json")
	cmd.Flags().StringVar(&separator, "separator", ",", "between the cells of the CSV: a comma, ; or tab")
	return cmd
}

func parseSeparator(text string) (rune, error) {
	if text == "tab" {
		return '\t', nil
	}
	for _, s := range separators {
		if text == string(s) {
			return s, nil
		}
	}
	return 0, fmt.Errorf("there is no separator %q; there are a comma, ; and tab", text)
}

func (l *contactLister) exportJSON(ctx context.Context) error {
	_, err := l.readPages(ctx, func(page []ops.Contact) error {
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

func (l *contactLister) exportCSV(ctx context.Context, separator rune) error {
	var all []ops.Contact
	_, err := l.readPages(ctx, func(page []ops.Contact) error {
		all = append(all, page...)
		return nil
	})
	if err != nil {
		return err
	}
	return writeContactCSV(l.out, separator, all)
}

// writeContactCSV writes contacts in the form that readContactCSV reads.
func writeContactCSV(to io.Writer, separator rune, contacts []ops.Contact) error {
	isPlain := findPlainFields(contacts)
	names := slices.Sorted(maps.Keys(isPlain))
	w := csv.NewWriter(to)
	w.Comma = separator
	header := []string{"email", "tags"}
	for _, name := range names {
		if !isPlain[name] {
			name += jsonColumn
		}
		header = append(header, name)
	}
	if err := w.Write(header); err != nil {
		return err
	}
	for i := range contacts {
		if err := w.Write(contactRow(&contacts[i], names, isPlain)); err != nil {
			return err
		}
	}
	w.Flush()
	return w.Error()
}

// findPlainFields tells for each field whether a plain column can hold all of its
// values.
func findPlainFields(contacts []ops.Contact) map[string]bool {
	isPlain := map[string]bool{}
	for i := range contacts {
		for name, v := range contacts[i].Fields {
			_, isText := plainCell(v)
			before, known := isPlain[name]
			isPlain[name] = isText && (before || !known) && !isReservedColumn(name)
		}
	}
	return isPlain
}

// isReservedColumn tells whether an import would not read a column of this name
// as a field of strings.
func isReservedColumn(name string) bool {
	return strings.EqualFold(name, "email") || strings.EqualFold(name, "tags") || strings.HasSuffix(name, jsonColumn)
}

func contactRow(c *ops.Contact, names []string, isPlain map[string]bool) []string {
	row := []string{c.Email, joinTags(c.Tags)}
	for _, name := range names {
		cell := ""
		if v, ok := c.Fields[name]; ok {
			cell = compactJSON(v)
			if isPlain[name] {
				cell, _ = plainCell(v)
			}
		}
		row = append(row, cell)
	}
	return row
}

// plainCell returns a string that a plain column can hold. It can hold no blank
// string, which an import skips, and no line break of Windows, which an import
// would read as another one.
func plainCell(v json.RawMessage) (string, bool) {
	var text string
	if bytes.Equal(v, []byte("null")) || json.Unmarshal(v, &text) != nil {
		return "", false
	}
	return text, strings.TrimSpace(text) != "" && !strings.Contains(text, "\r")
}
