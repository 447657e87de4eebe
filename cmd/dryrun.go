package cmd

import (
	"os"
	"runtime"
	"time"

	"github.com/spf13/cobra"

	"github.com/webhook-gateway/gateway/admin/dryrun"
	"github.com/webhook-gateway/gateway/flowtest"
)

// dryRunName is the command with which a gateway starts the process of a dry run.
const dryRunName = "dry-run-process"

// dryRunCommand is for the gateway itself. It reads a job and writes its result.
func (c *command) dryRunCommand() *cobra.Command {
	return &cobra.Command{
		Use:    dryRunName,
		Short:  "Execute a dry run for a running gateway",
		Hidden: true,
		Args:   noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			limits := dryrun.Limits()
			if err := limits.Set(); err != nil {
				return err
			}
			// The gateway kills this process in time, unless it has died itself.
			defer c.clock.AfterFunc(limits.Time+time.Second, func() { os.Exit(exitError) }).Stop()
			return dryrun.Serve(cmd.Context(), c.in, c.out, flowtest.Options{
				FS: os.DirFS("/"), Kinds: c.Kinds, Connections: c.Connections, Version: c.Version, Clock: c.clock,
			})
		},
	}
}

// dryRuns returns a runner of dry runs that starts this program again.
func (c *command) dryRuns() (dryrun.Runner, error) {
	path, err := os.Executable()
	if err != nil {
		return nil, err
	}
	if runtime.GOOS == "linux" {
		path = "/proc/self/exe" // works after an upgrade has replaced the file
	}
	return dryrun.InChild(path, []string{os.Args[0], dryRunName}, c.clock), nil
}
