package cmd

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/spf13/cobra"
)

func (c *command) healthCommand() *cobra.Command {
	var address string
	cmd := &cobra.Command{
		Use:   "health",
		Short: "Ask a running gateway whether it is ready, for health checks of containers",
		Long: `Asks the admin listener of a gateway on this machine for /readyz.

Exit codes: 0 ready, 1 not ready or not reached.`,
		Args: noNames,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c.setting(&address, "GATEWAY_ADMIN_LISTEN")
			if address == "" {
				address = "127.0.0.1:8081"
			}
			if err := c.askReady(cmd.Context(), address); err != nil {
				_, _ = fmt.Fprintf(c.err, "gateway: %v\n", err)
				return exit(exitFindings)
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&address, "admin-listen", "", "address of the admin listener (GATEWAY_ADMIN_LISTEN; default 127.0.0.1:8081)")
	return cmd
}

// askReady asks on loopback, also where the listener is on all addresses.
func (c *command) askReady(ctx context.Context, address string) error {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return fmt.Errorf("%q is not an address; write it like \"127.0.0.1:8081\"", address)
	}
	if ip := net.ParseIP(host); host == "" || (ip != nil && ip.IsUnspecified()) {
		host = "127.0.0.1"
	}
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+net.JoinHostPort(host, port)+"/readyz", nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return fmt.Errorf("the gateway is not reached: %w", err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("the gateway is not ready: it answered %d", resp.StatusCode)
	}
	return nil
}
