package syntax

import (
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

const notUTF8 = "Flow files are UTF-8. Set this encoding in the editor and save the file again."

// checkEncoding refuses what the parser lets through although it is not UTF-8:
// its scanner takes some malformed characters for parts of a name and reads on
// past the end of it, so there is no telling what is white space. Comments may
// hold any bytes.
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
