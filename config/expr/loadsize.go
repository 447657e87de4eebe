package expr

import (
	"fmt"

	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/config/diag"
)

// MaxConstantSteps bounds the constants that one expression reads, and all locals
// together, in the steps that StepsAtLoad counts.
const MaxConstantSteps = 500_000

// checkConstantsRead refuses an expression that reads constants of too many steps: it
// could make a text or list of all of them before the work of its evaluation is counted.
func (s *Scope) checkConstantsRead(names []hcl.Traversal) hcl.Diagnostics {
	most := min(s.maxSteps(), MaxConstantSteps)
	left := most
	for _, t := range names {
		v, known := s.consts[t.RootName()]
		if !known || s.isRun(t.RootName()) {
			continue
		}
		v, diags := t[1:].TraverseRel(v)
		if diags.HasErrors() || isSmallValue(v) {
			continue
		}
		if left -= StepsAtLoad(v, left); left < 0 {
			return hcl.Diagnostics{diag.Error(t.SourceRange(), "Constants too large", fmt.Sprintf(
				"An expression may read %d constant values, where each %d bytes of text count as one. Use fewer or smaller ones.", most, BytesPerStep))}
		}
	}
	return nil
}
