package expr

// unavailable says why names can't be read. What was added last counts first.
type unavailable struct {
	explain func(place, name string) string
	next    *unavailable
}

// anyName stands for all unknown members in WithUnavailable.
const anyName = "*"

// WithUnavailable returns a scope that explains why names that exist in other places
// can't be read here. explain returns whole sentences, "" where it knows none. place is
// a root name or a place below it, such as action.NAME, and name that of a member: ""
// stands for the root itself, and "*" for all members that have no sentence of their own.
func (s *Scope) WithUnavailable(explain func(place, name string) string) *Scope {
	c := *s
	c.unavailable = &unavailable{explain, s.unavailable}
	return &c
}

// whyUnavailable returns "" if nothing explains it.
func (s *Scope) whyUnavailable(place, name string) string {
	for u := s.unavailable; u != nil; u = u.next {
		if why := u.explain(place, name); why != "" {
			return why
		}
	}
	return ""
}
