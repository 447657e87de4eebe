package cmd

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/webhook-gateway/gateway/admin/ops"
	"github.com/webhook-gateway/gateway/internal/value"
)

// triggerer executes `gateway trigger`.
type triggerer struct {
	*command
	admin          adminFlags
	input, contact string
	watch, asJSON  bool
}

func (c *command) triggerCommand() *cobra.Command {
	t := &triggerer{command: c}
	cmd := &cobra.Command{
		Use:   "trigger FLOW",
		Short: "Start a flow of a running gateway now",
		Long: `Starts a flow with trigger schedule, tag, flow or failure now, and prints the id of the
run. A flow with trigger failure gets a sample of a failure, so that you see its alert
arrive. A flow with trigger tag needs --contact, and its throttle does not apply. A flow with
trigger flow takes its variables from --input. "gateway send" starts a flow with
trigger webhook.

  gateway trigger nightly_sync --watch
  gateway trigger crm_sync --input '{"email": "jane@example.com"}'
  gateway trigger welcome --contact jane@example.com

Exit codes: 0 the run was queued, or with --watch it succeeded; 1 with --watch the run
did not succeed; 2 wrong use or no gateway.`,
		Args: oneArg,
		RunE: func(cmd *cobra.Command, args []string) error { return t.run(cmd, args[0]) },
	}
	f := cmd.Flags()
	f.StringVar(&t.input, "input", "", "input of a flow with trigger flow: JSON, @FILE, or @- for standard input")
	f.StringVar(&t.contact, "contact", "", "address of the contact for whom a flow with trigger tag is started")
	f.BoolVar(&t.watch, "watch", false, "print what happens until the run is over")
	f.BoolVar(&t.asJSON, "json", false, "print the id as JSON")
	t.admin.addTo(cmd)
	return cmd
}

func (t *triggerer) run(cmd *cobra.Command, name string) error {
	if t.watch && t.asJSON {
		return errors.New("--json prints the id alone: give it without --watch")
	}
	start := ops.Trigger{Contact: t.contact}
	if t.input != "" {
		text, err := t.readInput()
		if err != nil {
			return err
		}
		start.Input = text
	}
	a, err := t.adminClient(t.admin)
	if err != nil {
		return err
	}
	got, err := a.TriggerFlow(cmd.Context(), name, start)
	switch {
	case err != nil:
		return err
	case t.asJSON:
		return printJSON(t.out, got)
	}
	if _, err := fmt.Fprintln(t.out, got.Run); err != nil || !t.watch {
		return err
	}
	return t.watchRun(cmd.Context(), a, got.Run)
}

// maxTriggerInput is the size of an input, which the admin API bounds too.
const maxTriggerInput = 8 << 20

// readInput returns the JSON of --input.
func (t *triggerer) readInput() (json.RawMessage, error) {
	text := []byte(t.input)
	if name, ok := strings.CutPrefix(t.input, "@"); ok {
		from := t.in
		if name != "-" {
			f, err := os.Open(name)
			if err != nil {
				return nil, fmt.Errorf("reading the input: %w", err)
			}
			defer f.Close() //nolint:errcheck // it is only read
			from = f
		}
		var err error
		if text, err = io.ReadAll(io.LimitReader(from, maxTriggerInput+1)); err != nil {
			return nil, fmt.Errorf("reading the input: %w", err)
		}
	}
	if len(text) > maxTriggerInput {
		return nil, fmt.Errorf("the input is larger than %d MiB", maxTriggerInput>>20)
	}
	if _, err := value.Decode(text, value.Limits{}); err != nil {
		return nil, fmt.Errorf("the input is no JSON: %w", err)
	}
	return text, nil
}
