package load

import (
	"github.com/webhook-gateway/gateway/config/schema"
)

// Specs returns the declarations of the top-level blocks that this package
// decodes, by block type, for documentation.
func Specs() map[string]*schema.Spec {
	return map[string]*schema.Spec{
		"gateway": schema.Describe(&Gateway{}),
		"secret":  schema.Describe(&secret{}),
	}
}
