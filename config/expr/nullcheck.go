package expr

import (
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/config/diag"
)

// RefusingNull returns a scope for an attribute whose value must not be null.
func (s *Scope) RefusingNull() *Scope {
	c := *s
	c.refusesNull = true
	return &c
}

// CheckNotNull reports the values in an expression that may be null, for a place
// that needs a value.
func (s *Scope) CheckNotNull(e hcl.Expression) hcl.Diagnostics {
	return s.RefusingNull().checkNulls(e, outlineOf(e), cty.DynamicPseudoType)
}

// nullCheck finds the nulls with which an expression fails. It evaluates the
// expression with null at a place that may be null, and with unknown values
// elsewhere: a null that HCL refuses then, it refuses in a run. So tests for null and
// functions such as coalesce and try count by their meaning, not by their form.
type nullCheck struct {
	scope *Scope
	src   hcl.Expression
	want  cty.Type
	diags hcl.Diagnostics
}

// checkNulls reports the uses of values that may be null where null fails. It is
// an error if each run with the null fails, and a warning if a condition around
// may keep such runs away.
func (s *Scope) checkNulls(e hcl.Expression, o outline, want cty.Type) hcl.Diagnostics {
	places := s.placesReadBy(o)
	if len(places) == 0 || !s.refusesNull && !isComposite(e) && !readsBelow(o, places) && want != stringList {
		return nil
	}
	c := &nullCheck{scope: s, src: e, want: want}
	// Without a choice, what is fine with all nulls is fine with each.
	if len(places) > 1 && !makesChoice(e) && len(c.failures(places)) == 0 {
		return nil
	}
	var possible []nullPlace
	for i := range places {
		if one := places[i : i+1]; !s.excludes(one) {
			possible = append(possible, one...)
			c.report(one)
		}
	}
	if len(c.diags) == 0 && len(possible) > 1 && !s.excludes(possible) {
		c.report(possible)
	}
	return c.diags
}

var stringList = cty.List(cty.String)

// placesReadBy lists the places that an expression reads, with their reasons.
func (s *Scope) placesReadBy(o outline) []nullPlace {
	var out []nullPlace
	refs := s.refsOf(o.names)
	for _, n := range s.run {
		if !slices.ContainsFunc(refs, func(r Ref) bool { return r.Root == n.name }) {
			continue
		}
		places := n.nullPlaces()
		for i := range places {
			if places[i].isBelowAny(refs) {
				p := places[i]
				p.why = s.reasons.get(p.label)
				out = append(out, p)
			}
		}
	}
	return out
}

// readsBelow reports whether a plain reference reads a member of a place.
func readsBelow(o outline, places []nullPlace) bool {
	for _, t := range o.names {
		for i := range places {
			if len(t) > len(places[i].path) {
				return true
			}
		}
	}
	return false
}

// makesChoice reports whether an expression may use a value only in some cases.
func makesChoice(e hcl.Expression) bool {
	return containsNode(e, func(n hclsyntax.Node) bool {
		switch n := n.(type) {
		case *hclsyntax.ConditionalExpr, *hclsyntax.FunctionCallExpr:
			return true
		case *hclsyntax.BinaryOpExpr:
			return isLogic(n.Op)
		}
		return false
	})
}

// failure is a place in the source where the evaluation fails, and why.
type failure struct {
	at       hcl.Range
	detail   string
	doubtful bool // a condition around may keep the runs with the null away
}

// failures evaluates the expression with null at the places.
func (c *nullCheck) failures(places []nullPlace) []failure {
	ec := c.scope.witness(places)
	v, diags := c.scope.evaluateAtLoad(c.src, ec)
	if out := c.failuresOf(diags, false); len(out) > 0 {
		return out
	}
	switch v, _ = v.UnmarkDeep(); {
	case v.IsKnown() && v.IsNull() && c.scope.refusesNull:
		return []failure{{at: c.src.Range(), detail: "A value is needed here."}}
	case v.IsKnown() && !v.IsNull() && c.want == stringList && hasNullElement(v):
		return []failure{{at: c.src.Range(), detail: "An element of this list is null then."}}
	}
	return c.doubtfulFailures(places, ec)
}

// doubtfulFailures returns the failures behind conditions that are not known.
func (c *nullCheck) doubtfulFailures(places []nullPlace, ec *hcl.EvalContext) []failure {
	src, ok := c.src.(hclsyntax.Expression)
	if !ok || !needsGuard(src) {
		return nil
	}
	src = guardExpression(src)
	d := &doubts{c.scope, places, new(hcl.Diagnostics)}
	if _, diags := c.scope.evaluateGuarded(src, d.with(ec), maxDoubtSteps); diags.HasErrors() {
		return nil // it was stopped
	}
	out := c.failuresOf(*d.found, true)
	if c.scope.refusesNull {
		out = append(out, d.collectNullResults(src, ec)...)
	}
	return out
}

// failuresOf returns the failures in the findings of an evaluation, one for each
// place in the source.
func (c *nullCheck) failuresOf(diags hcl.Diagnostics, doubtful bool) []failure {
	var out []failure
	for _, d := range c.scope.redactFindings(c.src, diags) {
		if d.Severity == hcl.DiagError && d.Subject != nil && !containsFailure(out, *d.Subject) {
			out = append(out, failure{*d.Subject, explainNull(d), doubtful})
		}
	}
	return out
}

// explainNull says in plain words why null fails.
func explainNull(d *hcl.Diagnostic) string {
	switch d.Summary {
	case nullInText:
		return "A text can't contain null."
	case "Operation failed":
		return "The operator needs a value."
	case "Attempt to get attribute from null value", "Attempt to index null value":
		return "Null has no members."
	case "Null condition":
		return "A condition is true or false, not null."
	}
	return "Then this fails: " + strings.TrimSpace(d.Detail)
}

func containsFailure(list []failure, at hcl.Range) bool {
	for _, f := range list {
		if f.at == at {
			return true
		}
	}
	return false
}

func hasNullElement(v cty.Value) bool {
	if !v.CanIterateElements() {
		return false
	}
	for it := v.ElementIterator(); it.Next(); {
		if _, e := it.Element(); e.IsNull() {
			return true
		}
	}
	return false
}

// report adds the findings for one place, or for several that are null together.
func (c *nullCheck) report(places []nullPlace) {
	found := c.withoutOthers(c.failures(places))
	if len(found) == 0 || places[0].inElement() && c.failsAnyway(places[0]) {
		return
	}
	for _, f := range found {
		d := diag.Error(f.at, "Value may be null", c.explain(places, f))
		if f.doubtful || c.scope.mayNotRun || places[0].inElement() {
			d.Severity = hcl.DiagWarning
		}
		c.diags = append(c.diags, d)
	}
}

// withoutOthers drops the doubtful failures that happen without any null.
func (c *nullCheck) withoutOthers(found []failure) []failure {
	if !slices.ContainsFunc(found, func(f failure) bool { return f.doubtful }) {
		return found
	}
	others := c.failures(nil)
	return slices.DeleteFunc(found, func(f failure) bool { return containsFailure(others, f.at) })
}

// failsAnyway reports whether the expression also fails if the element of the
// list is not null, such as for an index above 0.
func (c *nullCheck) failsAnyway(p nullPlace) bool {
	p.path = append(append([]string(nil), p.path...), "")
	return len(c.failures([]nullPlace{p})) > 0
}

func (c *nullCheck) explain(places []nullPlace, f failure) string {
	if len(places) == 1 {
		return places[0].explain() + " " + f.detail + " " + places[0].suggest()
	}
	labels := make([]string, len(places))
	for i, p := range places {
		labels[i] = p.label
	}
	return "All of " + strings.Join(labels, ", ") + " may be null at once. " + f.detail + " Write a value for this case, such as a last argument of coalesce."
}
