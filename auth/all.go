package auth

// All lists the kinds of auth that triggers may use, and those that the
// language knows and this version does not.
func All() []Kind {
	kinds := []Kind{
		{Name: "basic", New: func() Check { return &basic{} }},
		{Name: "bearer", New: func() Check { return &bearer{} }},
		{Name: "header", New: func() Check { return &header{} }},
		{Name: "query", New: func() Check { return &query{} }},
		{Name: "hmac", New: func() Check { return &hmacCheck{} }},
	}
	for _, p := range presets() {
		kinds = append(kinds, p.kind())
	}
	return append(kinds, later()...)
}
