package funcs

import (
	"errors"

	"github.com/zclconf/go-cty/cty"
)

func linkFuncs(opts Options) []entry {
	return []entry{
		def("link_url(flow, email)", "Returns the URL of a flow with trigger `link` for one contact. It is signed: nobody can make that of another contact, or read the address in it. The same contact gets the same URL each time.",
			fromText(2, cty.String, func(args []string) (cty.Value, error) {
				if opts.LinkURL == nil {
					return cty.NilVal, errors.New("links cannot be made here")
				}
				link, err := opts.LinkURL(args[0], args[1])
				return cty.StringVal(link), err
			}), `link_url("offer", "jane@example.com")`, `"https://hooks.example.com/offer?c=Q3v1n8"`),
	}
}
