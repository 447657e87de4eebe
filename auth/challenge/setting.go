package challenge

import (
	"fmt"

	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/config/schema"
)

// requireText checks that an attribute is no empty text.
func requireText(s *schema.Spec, text *string, name string) {
	s.Check(func(_ *schema.Context, d *schema.Decoded) hcl.Diagnostics {
		if !d.Has(name) || *text != "" {
			return nil
		}
		return hcl.Diagnostics{d.Problem(name, "Empty secret", fmt.Sprintf(
			"%q is empty. If it comes from an environment variable, set that. A `secret` block reports a variable that is not set.", name))}
	})
}
