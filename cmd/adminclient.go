package cmd

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/spf13/cobra"

	"github.com/webhook-gateway/gateway/admin/api/client"
)

// adminFlags say which running gateway a command calls, and with which token.
type adminFlags struct{ address, token, data string }

func (a *adminFlags) addTo(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&a.address, "admin", "", "address or URL of the admin listener (GATEWAY_ADMIN_LISTEN; default "+client.DefaultAddress+")")
	f.StringVar(&a.token, "admin-token", "", "token of the admin listener (GATEWAY_ADMIN_TOKEN; for a gateway on this machine the one in the data folder)")
	f.StringVar(&a.data, "data", "", dataFlag)
}

// adminClient returns a client for the gateway that flags or variables name.
func (c *command) adminClient(a adminFlags) (*client.Client, error) {
	c.setFromEnv(&a.address, "GATEWAY_ADMIN_LISTEN")
	c.setFromEnv(&a.token, "GATEWAY_ADMIN_TOKEN")
	return client.New(client.Options{Address: a.address, Token: a.token, Data: c.dataFolder(a.data), Clock: c.clock})
}

// explainAdminError adds the flags that help to an error of the admin client.
// Other errors stay as they are.
func explainAdminError(err error) error {
	var unreachable *client.UnreachableError
	var refused *client.Refusal
	switch {
	case errors.As(err, &unreachable):
		return fmt.Errorf("%w; name its admin listener with --admin", err)
	case !errors.As(err, &refused):
		return err
	case refused.Status == http.StatusNotFound && refused.Text == "There is no such endpoint", refused.Status == http.StatusMethodNotAllowed:
		return fmt.Errorf("%w; this may be the listener of the endpoints, so name the admin listener with --admin", err)
	case refused.Status == http.StatusUnauthorized:
		return fmt.Errorf("%w; give it with --admin-token or GATEWAY_ADMIN_TOKEN, or name the folder that holds it with --data", err)
	}
	return err
}
