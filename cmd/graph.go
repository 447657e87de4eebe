package cmd

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/config/load"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/flow/graph"
)

// graphFormats returns the formats of `gateway graph`.
func graphFormats() []string { return []string{"mermaid", "dot", "svg"} }

func (c *command) graphCommand() *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:   "graph [FLOW] [PATH ...]",
		Short: "Draw a flow",
		Long: `Draws a flow of the files under the paths (default: the current folder): its
trigger, its actions with branches, loops and parallels, on_error, and the flows
that it calls. Without a name it draws all flows. A first argument that is no name
of a flow is a path.

  gateway graph orders --format svg > orders.svg
  gateway graph examples/flows

mermaid is for Markdown, dot for Graphviz, and svg a drawing that follows the light
or dark scheme of its reader. Secrets need not be set.`,
		RunE: func(_ *cobra.Command, args []string) error {
			if !slices.Contains(graphFormats(), format) {
				return fmt.Errorf("there is no format %q.%s It is one of %s", format, diag.DidYouMean(format, graphFormats()), strings.Join(graphFormats(), ", "))
			}
			flows, loaded, err := c.selectFlows(args)
			if err != nil {
				return err
			}
			return c.writeGraph(format, flows, loaded)
		},
	}
	cmd.Flags().StringVar(&format, "format", "mermaid", "format of the drawing: mermaid, dot or svg")
	return cmd
}

func (c *command) writeGraph(format string, flows []*flow.Flow, loaded *load.Config) error {
	graphs := make([]*graph.Graph, 0, len(flows))
	for _, f := range flows {
		o, err := outlineOf(f, loaded)
		if err != nil {
			return err
		}
		graphs = append(graphs, graph.Of(o))
	}
	text := ""
	switch format {
	case "mermaid":
		text = graph.Mermaid(graphs)
	case "dot":
		text = graph.DOT(graphs)
	default:
		text = graph.SVG(graphs, graph.Options{})
	}
	_, err := io.WriteString(c.out, text)
	return err
}
