package cmd

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/config/load"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/flow/outline"
)

// selectFlows loads the flows that the arguments [FLOW] [PATH ...] name: one flow,
// or all. A first argument that exists as a file or folder is a path.
func (c *command) selectFlows(args []string) ([]*flow.Flow, *load.Config, error) {
	name := ""
	if len(args) > 0 {
		if _, err := os.Stat(args[0]); errors.Is(err, fs.ErrNotExist) {
			name, args = args[0], args[1:]
		}
	}
	if name == "" {
		loaded, err := c.loadValid(args)
		if err != nil {
			return nil, nil, err
		}
		if len(loaded.Flows) == 0 {
			return nil, nil, errors.New("the files have no flow")
		}
		return loaded.Flows, loaded, nil
	}
	f, loaded, err := c.loadFlow(name, args)
	if err != nil {
		return nil, nil, err
	}
	return []*flow.Flow{f}, loaded, nil
}

// outlineOf joins a flow to its file. Credentials that the files state are replaced.
func outlineOf(f *flow.Flow, loaded *load.Config) (*outline.Flow, error) {
	var pairs []string
	for _, c := range loaded.Credentials {
		pairs = append(pairs, c.Text, "(sensitive)")
	}
	return outline.Of(f, loaded.Files, outline.Options{Redact: strings.NewReplacer(pairs...).Replace})
}

// loadFlow loads the files under the paths and returns the flow of a name. If the
// flow is in no file, the error has the nearest name.
func (c *command) loadFlow(name string, paths []string) (*flow.Flow, *load.Config, error) {
	loaded, err := c.loadValid(paths)
	if err != nil {
		return nil, nil, err
	}
	i := slices.IndexFunc(loaded.Flows, func(f *flow.Flow) bool { return f.Name == name })
	if i < 0 {
		var names []string
		for _, f := range loaded.Flows {
			names = append(names, f.Name)
		}
		return nil, nil, fmt.Errorf("no flow and no file is called %q.%s Name the folder of the flows as the last argument", name, diag.DidYouMean(name, names))
	}
	return loaded.Flows[i], loaded, nil
}

// loadValid loads the files under the paths and reports errors as validate does.
func (c *command) loadValid(paths []string) (*load.Config, error) {
	flows, err := c.loader(paths, load.AllowUnset)
	if err != nil {
		return nil, err
	}
	loaded, diags := flows.Load()
	if !diags.HasErrors() {
		return loaded, nil
	}
	if err := c.writeFindings(c.err, "text", diags, loaded); err != nil {
		return nil, err
	}
	return nil, exit(exitFindings)
}
