package cmd

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/webhook-gateway/gateway/admin/api/client"
	"github.com/webhook-gateway/gateway/internal/clock"
)

// healthTimeout bounds the check, as health checks of containers are frequent.
const healthTimeout = 3 * time.Second

func (c *command) healthCommand() *cobra.Command {
	var address string
	cmd := &cobra.Command{
		Use:   "health",
		Short: "Check whether a running gateway is ready, for health checks of containers",
		Long: `Requests /readyz from the admin listener of a gateway on this machine.

Exit codes: 0 ready, 1 not ready or not reached.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c.setFromEnv(&address, "GATEWAY_ADMIN_LISTEN")
			if err := c.checkReady(cmd.Context(), address); err != nil {
				_, _ = fmt.Fprintf(c.err, "gateway: %v\n", err)
				return exit(exitFindings)
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&address, "admin-listen", "", "address of the admin listener (GATEWAY_ADMIN_LISTEN; default "+client.DefaultAddress+")")
	return cmd
}

func (c *command) checkReady(ctx context.Context, address string) error {
	client, err := client.New(client.Options{Address: address, Clock: c.clock})
	if err != nil {
		return err
	}
	ctx, cancel := clock.WithTimeout(ctx, c.clock, healthTimeout)
	defer cancel()
	return client.Ready(ctx)
}
