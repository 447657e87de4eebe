package cmd

import (
	"fmt"
	"strings"

	"github.com/webhook-gateway/gateway/store"
	"github.com/webhook-gateway/gateway/store/sqlite"
)

// openStore opens the store that a URL names, or the embedded one in the data
// folder where it is "".
func openStore(url, data string) (store.Store, error) {
	if url == "" {
		return sqlite.Open(sqlite.Options{Dir: data})
	}
	scheme, _, _ := strings.Cut(url, ":")
	return nil, fmt.Errorf("--store %s: is not available yet: several gateways on one PostgreSQL come with a later version; leave --store out for the embedded store", scheme)
}
