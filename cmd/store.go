package cmd

import (
	"fmt"
	"strings"

	"github.com/webhook-gateway/gateway/store"
	"github.com/webhook-gateway/gateway/store/sqlite"
)

// openStore opens the store that a URL names, or the embedded one in the data
// folder where it is "".
func (c *command) openStore(url, data string) (store.Store, error) {
	switch scheme, _, _ := strings.Cut(url, ":"); scheme {
	case "":
		return sqlite.Open(sqlite.Options{Dir: data})
	default:
		return nil, fmt.Errorf("%q is no store; leave --store out for the embedded one", scheme)
	}
}
