package cmd

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"github.com/webhook-gateway/gateway/gateway"
	"github.com/webhook-gateway/gateway/internal/termtext"
)

// contactImporter is one call of `gateway contacts import`.
type contactImporter struct {
	*command
	client *adminClient
	name   string // of the file, for messages
	query  url.Values
	dry    bool
	asJSON bool
	done   contactsRead
	faults []lineError // that were not told yet
}

// contactsRead is what became of the lines of a file.
type contactsRead struct {
	Changed int `json:"changed"`
	Created int `json:"created"`
	Failed  int `json:"failed"`
}

func (c *command) contactsImportCommand() *cobra.Command {
	var admin adminFlags
	var format string
	var start bool
	m := &contactImporter{command: c, query: url.Values{}}
	cmd := &cobra.Command{
		Use:   "import FILE",
		Short: "Make and change contacts by a file, or by standard input where it is -",
		Long: `Reads CSV (UTF-8, with a line of names first) or JSON. Contacts that are there
are changed: fields and tags that a file does not name stay.

CSV has a column "email", and may have one "tags" with tags to give, separated
by ; (\; is one that belongs to a tag). Any other column is a field. Its values
are texts, or JSON where its name ends in ":json". An empty cell changes nothing.

JSON is a list of contacts, or one contact in each line, as export writes them:
{"email": "jane@example.com", "fields": {"name": "Jane"}, "tags": ["customer"]}.
A field that is null is taken away, and so are the tags under "remove".

Lines that are wrong are reported, and nothing of them is taken; the exit code
is 1 then. Tags are given as of now.`,
		Args: oneName,
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if m.client, err = c.adminClient(admin); err != nil {
				return err
			}
			for name, on := range map[string]bool{"dry_run": m.dry, "start_flows": start} {
				if on {
					m.query.Set(name, "true")
				}
			}
			return m.run(cmd.Context(), args[0], format)
		},
	}
	admin.add(cmd)
	cmd.Flags().StringVar(&format, "format", "", "csv or json; without it the file tells")
	cmd.Flags().BoolVar(&m.dry, "dry-run", false, "change nothing, only tell what is wrong")
	cmd.Flags().BoolVar(&start, "start-flows", false, "start the flows that wait for the tags that are given")
	cmd.Flags().BoolVar(&m.asJSON, "json", false, "print JSON")
	return cmd
}

func (m *contactImporter) run(ctx context.Context, path, format string) error {
	text, err := m.read(path)
	if err != nil {
		return err
	}
	read := readContactJSON
	switch {
	case format != "" && format != "csv" && format != "json":
		return fmt.Errorf("there is no format %q; there are csv and json", format)
	case format == "csv", format == "" && !looksLikeJSON(text):
		read = readContactCSV
	}
	batch := &importBatch{contactImporter: m}
	err = read(text, func(line int, c *gateway.ContactImportBody, wrong error) error {
		if wrong != nil {
			m.complain(line, wrong)
			return nil
		}
		return batch.add(ctx, line, c)
	})
	if err == nil {
		err = batch.send(ctx)
	}
	var fault *lineError
	if errors.As(err, &fault) {
		m.complain(fault.line, fault.err)
		err = batch.send(ctx)
	}
	if err != nil {
		_ = m.tell() // what was done until then; the error says the rest
		return err
	}
	return m.tell()
}

func (m *contactImporter) read(path string) ([]byte, error) {
	m.name = path
	if path == "-" {
		m.name = "standard input"
		return io.ReadAll(m.in)
	}
	return os.ReadFile(path)
}

// complain notes a line of which nothing was taken.
func (m *contactImporter) complain(line int, err error) {
	m.done.Failed++
	m.faults = append(m.faults, lineError{line, err})
}

// tellFaults prints what was noted, by line: some of it comes from here, and some
// from the gateway.
func (m *contactImporter) tellFaults() {
	slices.SortStableFunc(m.faults, func(a, b lineError) int { return cmp.Compare(a.line, b.line) })
	for _, f := range m.faults {
		_, _ = fmt.Fprintf(m.err, "%s:%d: %s\n", termtext.Escape(m.name), f.line, termtext.Escape(f.Error()))
	}
	m.faults = nil
}

// tell prints what was done; the exit code tells whether lines were wrong.
func (m *contactImporter) tell() error {
	m.tellFaults()
	if m.asJSON {
		if err := printJSON(m.out, m.done); err != nil {
			return err
		}
	} else {
		verb := "imported"
		if m.dry {
			verb = "could be imported"
		}
		text := counted(m.done.Changed, "contact") + " " + verb
		if m.done.Created > 0 {
			text += fmt.Sprintf(", %d of them new", m.done.Created)
		}
		if m.done.Failed > 0 {
			text += "; nothing was taken of " + counted(m.done.Failed, "wrong line")
		}
		_, _ = fmt.Fprintln(m.out, text)
	}
	if m.done.Failed > 0 {
		return exit(exitFindings)
	}
	return nil
}

// importBatch are contacts that are sent together.
type importBatch struct {
	*contactImporter
	list  []*gateway.ContactImportBody
	lines []int
	bytes int
}

// Bounds of a batch: what the API takes, and what makes a call short.
const (
	batchContacts = 1000
	batchBytes    = 4 << 20
)

func (b *importBatch) add(ctx context.Context, line int, c *gateway.ContactImportBody) error {
	size := 0
	for _, v := range c.Fields {
		size += len(v)
	}
	if len(b.list) == batchContacts || len(b.list) > 0 && b.bytes+size > batchBytes {
		if err := b.send(ctx); err != nil {
			return err
		}
	}
	b.list, b.lines, b.bytes = append(b.list, c), append(b.lines, line), b.bytes+size
	return nil
}

func (b *importBatch) send(ctx context.Context) error {
	if len(b.list) == 0 {
		return nil
	}
	var got gateway.ContactsImported
	if err := b.client.exchange(ctx, http.MethodPost, contactsPath, b.query, b.list, &got); err != nil {
		return err
	}
	b.done.Changed += got.Changed
	b.done.Created += got.Created
	for _, e := range got.Errors {
		if e.Index >= 0 && e.Index < len(b.lines) {
			b.complain(b.lines[e.Index], errors.New(e.Detail))
		}
	}
	b.list, b.lines, b.bytes = nil, nil, 0
	b.tellFaults()
	return nil
}
