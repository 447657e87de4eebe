package cmd

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/webhook-gateway/gateway/config/load"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/gateway/snapshot"
	"github.com/webhook-gateway/gateway/internal/keys"
)

func (c *command) urlsCommand() *cobra.Command {
	var publicURL, data string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "urls [PATH ...]",
		Short: "Print the URL of every flow",
		Long: `Prints the URL of each flow, including generated paths. Those depend on the key in
the data folder or in GATEWAY_KEY: use the same as "gateway run". Without a key it
leaves them out and names their flows. It writes no file. Secrets need not be set.`,
		RunE: func(_ *cobra.Command, args []string) error {
			flows, err := c.loader(args, load.AllowUnset)
			if err != nil {
				return err
			}
			loaded, diags := flows.Load()
			if diags.HasErrors() {
				if err := c.writeFindings(c.err, "text", diags, loaded); err != nil {
					return err
				}
				return exit(exitFindings)
			}
			c.setFromEnv(&publicURL, "GATEWAY_PUBLIC_URL")
			key, err := c.readKey(loaded, c.dataFolder(data))
			if err != nil {
				return err
			}
			base := first(publicURL, loaded.Gateway.PublicURL, "http://localhost:8080")
			return c.printURLs(snapshot.Addresses(loaded, key), base, asJSON)
		},
	}
	cmd.Flags().StringVar(&publicURL, "public-url", "", "start of the URLs (GATEWAY_PUBLIC_URL; default http://localhost:8080)")
	cmd.Flags().StringVar(&data, "data", "", dataFlag)
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

// readKey returns the gateway's key if a generated path needs it. Without a key it
// removes the flows with such paths from the configuration, and names them.
func (c *command) readKey(loaded *load.Config, data string) ([]byte, error) {
	if !slices.ContainsFunc(loaded.Flows, hasGeneratedPath) {
		return nil, nil
	}
	given, _ := c.env("GATEWAY_KEY")
	key, err := keys.ReadKey(data, given)
	if !errors.Is(err, fs.ErrNotExist) {
		return key, explainDataError(data, err)
	}
	var names []string
	loaded.Flows = slices.DeleteFunc(slices.Clone(loaded.Flows), func(f *flow.Flow) bool {
		if hasGeneratedPath(f) {
			names = append(names, f.Name)
		}
		return hasGeneratedPath(f)
	})
	_, _ = fmt.Fprintf(c.err, "The paths of these flows are derived from a key: %s. \"gateway run\" creates it in the data folder at its first start; there is none in %q. Set --data or GATEWAY_KEY to use another.\n", strings.Join(names, ", "), data)
	return nil, nil
}

func (c *command) printURLs(endpoints []snapshot.Address, base string, asJSON bool) error {
	if asJSON {
		type row struct {
			Flow    string   `json:"flow"`
			Methods []string `json:"methods"`
			URL     string   `json:"url"`
			Enabled bool     `json:"enabled"`
		}
		rows := []row{}
		for _, e := range endpoints {
			rows = append(rows, row{e.Flow, e.Methods, e.URL(base), e.Enabled})
		}
		return printJSON(c.out, rows)
	}
	for _, e := range endpoints {
		if _, err := fmt.Fprintln(c.out, e.Line(base)); err != nil {
			return err
		}
	}
	return nil
}

// hasGeneratedPath tells whether the gateway generates the path of a flow.
func hasGeneratedPath(f *flow.Flow) bool {
	return f.Parts.HTTP != nil && f.Parts.HTTP.Route.Path == ""
}
