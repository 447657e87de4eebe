package cmd

import (
	"io"

	"github.com/spf13/cobra"

	"github.com/webhook-gateway/gateway/flow/explain"
	"github.com/webhook-gateway/gateway/internal/termtext"
)

func (c *command) explainCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "explain FLOW [PATH ...]",
		Short: "Say in words what a flow does",
		Long: `Says in words what a flow of the files under the paths (default: the current folder)
does: who may call it, what is checked, each action with what it reads, how it may
fail, and what the caller then gets. Nothing runs, and secrets need not be set.`,
		Args: someArgs,
		RunE: func(_ *cobra.Command, args []string) error {
			f, loaded, err := c.loadFlow(args[0], args[1:])
			if err != nil {
				return err
			}
			o, err := outlineOf(f, loaded)
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(c.out, explain.Of(o))
			}
			_, err = io.WriteString(c.out, termtext.EscapeLines(explain.Of(o).Text()))
			return err
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}
