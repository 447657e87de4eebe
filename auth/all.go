package auth

import "slices"

// All returns the kinds of auth that triggers may use.
func All() []Kind {
	kinds := []Kind{
		{Name: "basic", New: func() Check { return &basic{} }},
		{Name: "bearer", New: func() Check { return &bearer{} }},
		{Name: "header", New: func() Check { return &header{} }},
		{Name: "query", New: func() Check { return &query{} }},
		{Name: "key", New: func() Check { return &keptKey{} }},
		{Name: "hmac", New: func() Check { return &hmacCheck{} }},
		{Name: "signature", New: func() Check { return &publicKeyCheck{} }},
		{Name: "jwt", New: func() Check { return &jwtCheck{} }},
		{Name: "mtls", New: func() Check { return &clientCertificate{} }},
	}
	for _, p := range presets() {
		kinds = append(kinds, p.kind())
	}
	kinds = append(kinds, sendersInCode()...)
	kinds = append(kinds, tokenSenders()...)
	for i, k := range kinds {
		kinds[i].KnownAs = knownAs[k.Name]
	}
	single := slices.Clone(kinds)
	kinds = append(kinds, Kind{Name: "all", New: func() Check { return &allOf{kinds: single} }})
	return kinds
}
