package syntax

import (
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

const notUTF8 = "Flow files are UTF-8. Save the file in this encoding."

// checkEncoding refuses malformed UTF-8 that the parser accepts: its scanner
// takes some malformed characters for parts of a name and reads past the end of
// that name. Comments may hold any bytes.
func checkEncoding(tokens hclsyntax.Tokens) hcl.Diagnostics {
	for _, tok := range tokens {
		if tok.Type != hclsyntax.TokenComment && !utf8.Valid(tok.Bytes) {
			return hcl.Diagnostics{{
				Severity: hcl.DiagError,
				Summary:  "Invalid character encoding",
				Detail:   notUTF8,
				Subject:  tok.Range.Ptr(),
			}}
		}
	}
	return nil
}
