package cmd

import "github.com/spf13/cobra"

// authoringCommands returns the commands that help to write flow files and to try
// them.
func (c *command) authoringCommands() []*cobra.Command {
	return []*cobra.Command{c.initCommand(), c.inferCommand(), c.explainCommand(), c.graphCommand(), c.sendCommand(), c.triggerCommand(), c.replayCommand()}
}
