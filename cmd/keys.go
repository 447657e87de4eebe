package cmd

import (
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/webhook-gateway/gateway/admin/ops"
	"github.com/webhook-gateway/gateway/internal/duration"
	"github.com/webhook-gateway/gateway/internal/termtext"
)

func (c *command) keysCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "keys",
		Short: "Create, list, rotate and revoke the keys of callers of a running gateway",
		Long: `Calls the admin listener of a running gateway. A key lets callers into the flows
whose trigger has auth "key": into all of them, or into those that the key names.
The gateway stores a hash of it, so a key is printed only when it is made.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(c.keysCreateCommand(), c.keysListCommand(), c.keysRotateCommand(), c.keysRevokeCommand())
	return cmd
}

func (c *command) keysCreateCommand() *cobra.Command {
	var admin adminFlags
	var key ops.NewKey
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "create NAME",
		Short: "Create a key and print it, this time only",
		Long: `Prints the key to the standard output, and what it opens to the standard error.
Flows read the name as webhook.auth.name. The key opens the flows of --flow, or all
of them with --all-flows.

  gateway keys create acme --flow orders --expires 90d`,
		Args: oneArg,
		RunE: func(cmd *cobra.Command, args []string) error {
			client, err := c.adminClient(admin)
			if err != nil {
				return err
			}
			if key.Name = args[0]; !key.AllFlows && len(key.Flows) == 0 {
				return errors.New("the key opens no flow; name flows with --flow, or open all with --all-flows")
			}
			if err := checkDurationFlag("expires", key.Expires); err != nil {
				return err
			}
			created, err := client.CreateKey(cmd.Context(), key)
			if err != nil {
				return err
			}
			return c.printNewKey(&created, asJSON)
		},
	}
	admin.addTo(cmd)
	cmd.Flags().StringArrayVar(&key.Flows, "flow", nil, "flow that the key opens; repeatable")
	cmd.Flags().BoolVar(&key.AllFlows, "all-flows", false, "let the key open each flow with auth \"key\", also those that are added later")
	cmd.Flags().StringVar(&key.Expires, "expires", "", "time after which the key expires, such as 90d (default never)")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

func (c *command) keysRotateCommand() *cobra.Command {
	var admin adminFlags
	var rotation ops.KeyRotation
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "rotate NAME",
		Short: "Create a new key with the name and the flows of an old one, which ends later",
		Long: `Prints the new key. The old one stays valid for the time of --overlap, so that its
owner can change over; with --overlap 0s it ends at once.`,
		Args: oneArg,
		RunE: func(cmd *cobra.Command, args []string) error {
			client, err := c.adminClient(admin)
			if err != nil {
				return err
			}
			if err := errors.Join(checkDurationFlag("overlap", rotation.Overlap), checkDurationFlag("expires", rotation.Expires)); err != nil {
				return err
			}
			created, err := client.RotateKey(cmd.Context(), args[0], rotation)
			if err != nil {
				return err
			}
			return c.printNewKey(&created, asJSON)
		},
	}
	admin.addTo(cmd)
	cmd.Flags().StringVar(&rotation.Overlap, "overlap", "24h", "time for which the old key stays valid")
	cmd.Flags().StringVar(&rotation.Expires, "expires", "", "time after which the new key expires, such as 90d (default the lifetime of the old one)")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

// checkDurationFlag names the flag that holds no duration, which the API calls by the
// name of its member.
func checkDurationFlag(name, text string) error {
	if text == "" {
		return nil
	}
	if _, err := duration.Parse(text); err != nil {
		return fmt.Errorf("--%s: %w", name, err)
	}
	return nil
}

// printNewKey prints the key alone to the standard output, so that scripts can
// take it.
func (c *command) printNewKey(k *ops.KeyCreated, asJSON bool) error {
	if asJSON {
		return printJSON(c.out, k)
	}
	if _, err := fmt.Fprintln(c.out, k.Secret); err != nil {
		return err
	}
	ends := "does not expire"
	if !k.Expires.IsZero() {
		ends = "expires at " + formatLocalTime(k.Expires)
	}
	_, err := fmt.Fprintf(c.err, "%s opens %s and %s. The key is not shown again.\n", termtext.Escape(k.Name), keyFlows(k.AllFlows, k.Flows, "all flows with auth \"key\""), ends)
	for _, name := range k.Closed {
		fmt.Fprintf(c.err, "Warning: the flow %s has no auth \"key\", so the key does not open it. Add auth \"key\" {} to its trigger.\n", termtext.Escape(name))
	}
	return err
}

// keyFlows lists the flows of a key.
func keyFlows(isAll bool, flows []string, all string) string {
	if isAll {
		return all
	}
	return first(termtext.Escape(strings.Join(flows, ", ")), "no flow")
}

func (c *command) keysRevokeCommand() *cobra.Command {
	var admin adminFlags
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "revoke NAME",
		Short: "Revoke the keys with a name, on all gateways within a second",
		Args:  oneArg,
		RunE: func(cmd *cobra.Command, args []string) error {
			client, err := c.adminClient(admin)
			if err != nil {
				return err
			}
			got, err := client.RevokeKey(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(c.out, got)
			}
			_, err = fmt.Fprintf(c.out, "%s: %s revoked\n", termtext.Escape(args[0]), pluralize(got.Revoked, "key"))
			return err
		},
	}
	admin.addTo(cmd)
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

func (c *command) keysListCommand() *cobra.Command {
	var admin adminFlags
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List keys, sorted by name",
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			client, err := c.adminClient(admin)
			if err != nil {
				return err
			}
			list, err := client.Keys(cmd.Context())
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(c.out, list)
			}
			return c.printKeys(list.Keys)
		},
	}
	admin.addTo(cmd)
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

func (c *command) printKeys(keys []ops.Key) error {
	if len(keys) == 0 {
		_, err := fmt.Fprintln(c.err, "no keys")
		return err
	}
	w := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, "NAME\tKEY\tSTATE\tFLOWS\tCREATED\tEXPIRES\tLAST USED")
	for i := range keys {
		k := &keys[i]
		expires, used := "never", "never"
		if !k.Expires.IsZero() {
			expires = formatLocalTime(k.Expires)
		}
		if !k.Used.IsZero() {
			used = formatLocalTime(k.Used)
		}
		_, _ = fmt.Fprintf(w, "%s\t%s…\t%s\t%s\t%s\t%s\t%s\n", termtext.Escape(k.Name), termtext.Escape(k.Hint), k.State, keyFlows(k.AllFlows, k.Flows, "all"), formatLocalTime(k.Created), expires, used)
	}
	return w.Flush()
}
