package diag

import (
	"cmp"

	"github.com/hashicorp/hcl/v2"
)

// compare orders two diagnostics by place, then by what they say.
func compare(a, b *hcl.Diagnostic) int {
	from, to := subject(a), subject(b)
	return cmp.Or(
		cmp.Compare(from.Filename, to.Filename),
		cmp.Compare(from.Start.Line, to.Start.Line),
		cmp.Compare(from.Start.Column, to.Start.Column),
		cmp.Compare(a.Summary, b.Summary),
		cmp.Compare(a.Detail, b.Detail),
	)
}

// subject returns the range the diagnostic is about, or the zero range.
func subject(d *hcl.Diagnostic) hcl.Range {
	if d.Subject == nil {
		return hcl.Range{}
	}
	return *d.Subject
}
