package load

import (
	"fmt"
	"slices"

	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/flow"
)

// checkSharedSecrets warns of a secret with which a challenge signs texts of strangers
// and a check accepts bodies, in any flows: a stranger gets a body signed and sends it.
// Within one trigger the challenge makes sure that such a body is refused.
func checkSharedSecrets(flows []*flow.Flow) hcl.Diagnostics {
	var diags hcl.Diagnostics
	for _, signing := range flows {
		if signing.Parts.HTTP == nil {
			continue
		}
		for _, c := range signing.Parts.HTTP.SignsTexts {
			for _, checking := range flows {
				diags = append(diags, findSharedSecrets(signing.Name, c, checking)...)
			}
		}
	}
	return diags
}

func findSharedSecrets(signing string, c flow.KeyUse, checking *flow.Flow) hcl.Diagnostics {
	if checking.Parts.HTTP == nil {
		return nil
	}
	var diags hcl.Diagnostics
	for _, check := range checking.Parts.HTTP.ChecksBodies {
		at := slices.IndexFunc(check.Secrets, func(name string) bool { return slices.Contains(c.Secrets, name) })
		if at < 0 || check.RefusesTexts || check.Algorithm != c.Algorithm {
			continue
		}
		diags = append(diags, diag.Warning(check.Range, "Secret signs for strangers", fmt.Sprintf(
			"Challenge %q of flow %q signs short texts with secret.%s, at %s, and auth %q accepts a body that is such a text with its signature. Give one of them a secret of its own.",
			c.Kind, signing, check.Secrets[at], formatPlace(c.Range), check.Kind)))
	}
	return diags
}
