package auth

import "slices"

// All returns the kinds of auth that triggers may use, and the planned kinds,
// which have a name but can't be used yet.
func All() []Kind {
	kinds := []Kind{
		{Name: "basic", New: func() Check { return &basic{} }},
		{Name: "bearer", New: func() Check { return &bearer{} }},
		{Name: "header", New: func() Check { return &header{} }},
		{Name: "query", New: func() Check { return &query{} }},
		{Name: "hmac", New: func() Check { return &hmacCheck{} }},
		{Name: "signature", New: func() Check { return &publicKeyCheck{} }},
		{Name: "jwt", New: func() Check { return &jwtCheck{} }},
	}
	for _, p := range presets() {
		kinds = append(kinds, p.kind())
	}
	kinds = append(kinds, sendersInCode()...)
	kinds = append(kinds, tokenSenders()...)
	single := slices.Clone(kinds)
	kinds = append(kinds, Kind{Name: "all", New: func() Check { return &allOf{kinds: single} }})
	return append(kinds, plannedKinds()...)
}

// plannedKinds returns the kinds that a later version will bring, each with an
// alternative for now.
func plannedKinds() []Kind {
	insteadUse := func(how string) string { return "it comes in a later version. Until then " + how + "." }
	return []Kind{
		{Name: "mtls", NotYet: insteadUse("let a proxy check certificates and send a secret header, and use auth \"header\"")},
	}
}
