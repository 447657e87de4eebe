package cmd

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"github.com/webhook-gateway/gateway/admin/api"
	"github.com/webhook-gateway/gateway/admin/api/client"
	"github.com/webhook-gateway/gateway/admin/ops"
	"github.com/webhook-gateway/gateway/internal/termtext"
)

// contactImporter executes `gateway contacts import`.
type contactImporter struct {
	*command
	client  *client.Client
	name    string // of the file, for messages
	options api.ImportOptions
	asJSON  bool
	counts  importCounts
	faults  []lineError // not printed yet
}

// importCounts is the result of an import.
type importCounts struct {
	Changed int `json:"changed"`
	Created int `json:"created"`
	Failed  int `json:"failed"`
}

func (c *command) contactsImportCommand() *cobra.Command {
	var admin adminFlags
	var format string
	m := &contactImporter{command: c}
	cmd := &cobra.Command{
		Use:   "import FILE",
		Short: "Create and change contacts from a file, or from standard input if FILE is -",
		Long: `Reads CSV (UTF-8, with column names in the first line) or JSON. For a contact that
exists, fields and tags that the file does not name stay.

CSV has commas, semicolons or tabs between its cells, and a column "email". A column "tags" holds tags to add, separated by ; (write
a ; inside of a tag as \;). Any other column is a field. Its values are strings,
or JSON if the name of the column ends in ":json". An empty cell changes nothing.

JSON is a list of contacts, or one contact per line, in the form that export
writes:
{"email": "jane@example.com", "fields": {"name": "Jane"}, "tags": ["customer"]}.
A field that is null is removed, and so are the tags under "remove".

The import reports wrong lines, skips them, and ends with exit code 1. Tags get
the current time. Ctrl-C ends the import after the contacts that are being sent,
and the command says up to which line contacts are imported.`,
		Args: oneArg,
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if m.client, err = c.adminClient(admin); err != nil {
				return err
			}
			return m.run(cmd.Context(), args[0], format)
		},
	}
	admin.addTo(cmd)
	cmd.Flags().StringVar(&format, "format", "", "csv or json; by default detected from the file")
	cmd.Flags().BoolVar(&m.options.DryRun, "dry-run", false, "change nothing, only report wrong lines")
	cmd.Flags().BoolVar(&m.options.StartFlows, "start-flows", false, "start the flows that wait for the tags that are added")
	cmd.Flags().BoolVar(&m.asJSON, "json", false, "print JSON")
	return cmd
}

func (m *contactImporter) run(ctx context.Context, path, format string) error {
	text, err := m.readFile(ctx, path)
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
	batch := &importBatch{contactImporter: m, progress: newProgressLine(m.err)}
	err = read(text, func(line int, c *ops.ContactImport, wrong error) error {
		if wrong != nil {
			m.addFault(line, wrong)
			return nil
		}
		return batch.add(ctx, line, c)
	})
	if err == nil {
		err = batch.send(ctx)
	}
	var fault *lineError
	if errors.As(err, &fault) {
		m.addFault(fault.line, fault.err)
		err = batch.send(ctx)
	}
	batch.progress.clear()
	if err != nil {
		_ = m.printResult() // of the batches before; the error explains the rest
		return err
	}
	return m.printResult()
}

func (m *contactImporter) readFile(ctx context.Context, path string) ([]byte, error) {
	m.name = path
	if path != "-" {
		return os.ReadFile(path)
	}
	m.name = "standard input"
	var text []byte
	read := make(chan error, 1)
	go func() {
		var err error
		text, err = io.ReadAll(m.in)
		read <- err
	}()
	select {
	case err := <-read:
		return text, err
	case <-ctx.Done():
		return nil, errors.New("interrupted: nothing is imported")
	}
}

// addFault notes a line that is skipped.
func (m *contactImporter) addFault(line int, err error) {
	m.counts.Failed++
	m.faults = append(m.faults, lineError{line, err})
}

// printFaults prints the noted faults, sorted by line: some were found here, and
// some by the gateway.
func (m *contactImporter) printFaults() {
	slices.SortStableFunc(m.faults, func(a, b lineError) int { return cmp.Compare(a.line, b.line) })
	for _, f := range m.faults {
		_, _ = fmt.Fprintf(m.err, "%s:%d: %s\n", termtext.Escape(m.name), f.line, termtext.Escape(f.Error()))
	}
	m.faults = nil
}

// printResult prints the counts. The exit code tells whether lines were wrong.
func (m *contactImporter) printResult() error {
	m.printFaults()
	if m.asJSON {
		if err := printJSON(m.out, m.counts); err != nil {
			return err
		}
	} else {
		_, _ = fmt.Fprintln(m.out, m.counts.format(m.options.DryRun))
	}
	if m.counts.Failed > 0 {
		return exit(exitFindings)
	}
	return nil
}

func (n *importCounts) format(dryRun bool) string {
	verb := "imported"
	if dryRun {
		verb = "could be imported"
	}
	text := pluralize(n.Changed, "contact") + " " + verb
	if n.Created > 0 {
		text += fmt.Sprintf(", %d of them new", n.Created)
	}
	if n.Failed > 0 {
		text += "; skipped " + pluralize(n.Failed, "wrong line")
	}
	return text
}

// importBatch is the contacts that one call sends.
type importBatch struct {
	*contactImporter
	list     []ops.ContactImport
	lines    []int
	bytes    int
	sent     int // line of the last contact that was sent
	progress *progressLine
}

// interrupted returns the error of an import that ends before the end of its file.
func (b *importBatch) interrupted() error {
	switch {
	case b.options.DryRun:
		return errors.New("interrupted")
	case b.sent == 0:
		return errors.New("interrupted: nothing is imported")
	}
	return fmt.Errorf("interrupted: the contacts up to line %d are imported; run the command again to import the others", b.sent)
}

// maxBatchBytes keeps calls short.
const maxBatchBytes = 4 << 20

func (b *importBatch) add(ctx context.Context, line int, c *ops.ContactImport) error {
	if ctx.Err() != nil {
		return b.interrupted()
	}
	size := 0
	for _, v := range c.Fields {
		size += len(v)
	}
	if len(b.list) == ops.MaxImport || len(b.list) > 0 && b.bytes+size > maxBatchBytes {
		if err := b.send(ctx); err != nil {
			return err
		}
	}
	b.list, b.lines, b.bytes = append(b.list, *c), append(b.lines, line), b.bytes+size
	return nil
}

// send imports the contacts of the batch. An interruption does not cut off the call,
// so that its result is known.
func (b *importBatch) send(ctx context.Context) error {
	if len(b.list) == 0 {
		return nil
	}
	if ctx.Err() != nil {
		return b.interrupted()
	}
	got, err := b.client.ImportContacts(context.WithoutCancel(ctx), b.options, b.list)
	if err != nil {
		return err
	}
	b.counts.Changed += got.Changed
	b.counts.Created += got.Created
	for _, e := range got.Errors {
		if e.Index >= 0 && e.Index < len(b.lines) {
			b.addFault(b.lines[e.Index], errors.New(e.Detail))
		}
	}
	b.sent = b.lines[len(b.lines)-1]
	b.list, b.lines, b.bytes = nil, nil, 0
	b.progress.clear()
	b.printFaults()
	b.progress.show(b.counts.format(b.options.DryRun))
	return nil
}
