package flow

import (
	"fmt"

	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/config/expr"
)

// checkCredentials reports expressions that read a credential of the caller. Only
// header fields of requests may read one, and only if the trigger forwards it.
func (f *Flow) checkCredentials() hcl.Diagnostics {
	if f.Parts.Credential == nil {
		return nil
	}
	var diags hcl.Diagnostics
	f.Walk(func(s *Step) {
		for _, r := range s.Reads {
			sendsOn := r.Kept() && r.Name() == "headers"
			diags = append(diags, CheckCredential(r, f.Parts.Credential, sendsOn)...)
		}
	})
	return diags
}

// CheckCredential reports an expression that reads a credential of the caller.
// sendsOn allows those that the trigger forwards.
func CheckCredential(r expr.Reader, credential func(expr.Ref) (is, forwarded bool), sendsOn bool) hcl.Diagnostics {
	for _, ref := range r.Refs() {
		is, forwarded := credential(ref)
		switch {
		case !is, forwarded && sendsOn:
			continue
		case forwarded:
			return hcl.Diagnostics{diag.Error(r.Range(), "Credential of the caller", fmt.Sprintf(
				"%s is a credential. Only \"headers\" of the actions http and webhook may read it, to send it on.", ref))}
		}
		return hcl.Diagnostics{diag.Error(r.Range(), "Credential of the caller", fmt.Sprintf(
			"%s proves who the caller is, so flows can't read it, and no record holds it. The auth block checks it. To send a header field on to another system, name it in \"forward\" of a sync trigger, and read it in \"headers\" of an action http or webhook.", ref))}
	}
	return nil
}
