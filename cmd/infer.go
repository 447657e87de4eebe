package cmd

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/webhook-gateway/gateway/internal/ulid"
	"github.com/webhook-gateway/gateway/triggers/input/infer"
)

// inferrer executes `gateway infer`.
type inferrer struct {
	*command
	admin   adminFlags
	options infer.Options
	headers []string
	flow    string
}

func (c *command) inferCommand() *cobra.Command {
	i := &inferrer{command: c}
	cmd := &cobra.Command{
		Use:   "infer [SAMPLE ...]",
		Short: "Write variable blocks from sample requests",
		Long: `Reads samples of the requests that a flow will get, and prints variable blocks for
its trigger. With the blocks the flow accepts each sample. A sample is

  a file with JSON bodies, one after another
  a file with a curl command, or the command as one argument
  a URL with a query, such as "https://hooks.example.com/x?page=1"
  a HAR file, as browsers save it; --url selects requests by a part of their URL
  the id of a run of a running gateway, or a file that
  "gateway runs show ID --json" printed
  "-", or no argument: standard input

Give several samples: a value that is missing in one becomes optional, and a text
that has few values over all of them gets an enum.

  gateway infer samples/*.json
  gateway infer --flow orders "curl -d '{\"id\": 7}' https://hooks.example.com/orders"

Exit codes: 0 success, 2 a sample that can't be read, or wrong use.`,
		RunE: func(cmd *cobra.Command, args []string) error { return i.run(cmd, args) },
	}
	f := cmd.Flags()
	f.StringVar(&i.flow, "flow", "", "print a whole flow with this name, not only the blocks")
	f.BoolVar(&i.options.Each, "each", false, "take each element of a JSON array as a sample")
	f.StringArrayVar(&i.headers, "header", nil, "also write a variable for this header field; may be given several times")
	f.StringVar(&i.options.URL, "url", "", "the requests of a HAR file whose URL contains this text")
	i.admin.addTo(cmd)
	return cmd
}

func (i *inferrer) run(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		args = []string{"-"}
	}
	i.options.ReadFile = readSampleFile
	var samples []infer.Sample
	for _, arg := range args {
		text, name, err := i.read(cmd, arg)
		if err != nil {
			return err
		}
		found, err := infer.Read(text, i.options)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if samples = append(samples, found...); len(samples) > infer.MaxSamples {
			return fmt.Errorf("there are more than %d samples", infer.MaxSamples)
		}
	}
	result := infer.Variables(samples, i.headers)
	text := result.Blocks()
	if i.flow != "" {
		text = result.Flow(i.flow)
	}
	_, err := io.WriteString(i.out, text)
	return err
}

// read returns the text of an argument and its name in messages. A file wins over
// an id.
func (i *inferrer) read(cmd *cobra.Command, arg string) (text []byte, name string, err error) {
	if arg == "-" {
		text, err := io.ReadAll(io.LimitReader(i.in, infer.MaxInput+1))
		return text, "standard input", err
	}
	if infer.IsRequest(arg) {
		return []byte(arg), "the argument", nil
	}
	text, err = readSampleFile(arg)
	if _, notID := ulid.Parse(arg); errors.Is(err, os.ErrNotExist) && notID == nil {
		text, err = i.readRun(cmd, arg)
		return text, "run " + arg, err
	}
	return text, arg, err
}

// readRun returns a run of a running gateway as JSON.
func (i *inferrer) readRun(cmd *cobra.Command, id string) ([]byte, error) {
	client, err := i.adminClient(i.admin)
	if err != nil {
		return nil, err
	}
	run, err := client.Run(cmd.Context(), id)
	if err != nil {
		return nil, err
	}
	return json.Marshal(run)
}

// readSampleFile reads a file up to the size that infer accepts.
func readSampleFile(name string) ([]byte, error) {
	f, err := os.Open(name) //nolint:gosec // the user named it
	if err != nil {
		return nil, fmt.Errorf("reading the sample: %w", err)
	}
	defer f.Close() //nolint:errcheck // it is only read
	return io.ReadAll(io.LimitReader(f, infer.MaxInput+1))
}
