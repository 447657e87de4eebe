package expr

import (
	"context"
	"slices"
	"sync/atomic"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/config/expr/funcs"
)

// Tier names the form to which an expression was compiled, cheapest first.
type Tier uint8

// The tiers, as the package comment explains them.
const (
	Constant Tier = iota
	Path
	Template
	Object
	Operator
	General
)

// String returns the name.
func (t Tier) String() string {
	return [...]string{"constant", "path", "template", "object", "operator", "general"}[t]
}

// Expr is a compiled expression. It is safe for concurrent use.
type Expr struct {
	tier     Tier
	known    bool
	null     bool
	volatile bool
	kept     bool                 // see SetKept
	form     atomic.Pointer[form] // nil while the forms are dropped
	forms    *Forms               // that have the form; nil if it is never dropped
	constant any
	refs     []Ref
	rng      hcl.Range
	name     string
	rare     *rareParts // nil for most expressions, of which an idle flow has many
}

// rareParts are the properties that few expressions have.
type rareParts struct {
	secret  string                   // the secret that the expression reads, "" for none
	hidden  string                   // why the value is hidden, although the expression reads no secret; see Hide
	display func(text string) string // nil: values are recorded unchanged
	url     *urlParts                // nil if the expression is no URL
	lifts   bool                     // nonsensitive lifts some of the refs
	sources []Ref                    // the refs that it does not lift, if lifts is true
}

// orNone returns empty parts for an expression that has none.
func (r *rareParts) orNone() rareParts {
	if r == nil {
		return rareParts{}
	}
	return *r
}

// needRare returns parts that may be set.
func (e *Expr) needRare() *rareParts {
	if e.rare == nil {
		e.rare = &rareParts{}
	}
	return e.rare
}

// urlParts are what is known of an expression that is a URL, or has some as members.
type urlParts struct {
	samples []string // see URLSamples
	forms   []string // see URLForms
	members []string // see CompileURLMembers
}

// node is the compiled form of a fast tier. eval returns false if it can't
// compute exactly the value that HCL would.
type node interface {
	eval(ctx context.Context, env Env) (any, bool)
}

// Ref is a name of a run that an expression reads, up to the first step that is
// no plain member: webhook.body.items[0] is {"webhook", ["body", "items"]}.
type Ref struct {
	Root string
	Path []string
}

// Compile checks an expression against a scope and compiles it. Its value must
// be convertible to want; cty.DynamicPseudoType accepts any type. If there are
// errors the expression is nil.
func Compile(e hcl.Expression, s *Scope, want cty.Type) (*Expr, hcl.Diagnostics) {
	o := outlineOf(e)
	diags := s.checkNamesAndTexts(e, o)
	if diags.HasErrors() {
		return nil, diags
	}
	jq, moreDiags := s.compileJQCalls(o)
	if diags = append(diags, moreDiags...); diags.HasErrors() {
		return nil, diags
	}
	if diags = append(diags, s.checkOperands(e)...); diags.HasErrors() {
		return nil, diags
	}
	out, moreDiags := s.compileOutlined(e, o, jq)
	if diags = append(diags, moreDiags...); diags.HasErrors() {
		return nil, diags
	}
	diags = append(diags, out.checkType(e, s, want)...)
	if diags.HasErrors() {
		return nil, diags
	}
	if diags = append(diags, s.checkNulls(e, o, want)...); diags.HasErrors() {
		return nil, diags
	}
	out.volatile = jq.anyVolatile()
	s.collectDerived(o, jq)
	s.observe(out)
	out.addTo(s.forms)
	return out, diags
}

// compileExpr compiles an expression whose names are checked to the cheapest
// tier that can hold it.
func (s *Scope) compileExpr(e hcl.Expression, jq jqPrograms) (*Expr, hcl.Diagnostics) {
	return s.compileOutlined(e, outlineOf(e), jq)
}

func (s *Scope) compileOutlined(e hcl.Expression, o outline, jq jqPrograms) (*Expr, hcl.Diagnostics) {
	lifted := liftedRanges(o)
	out := &Expr{rng: e.Range()}
	if secret := s.findSecret(withoutLifted(o.names, lifted)); secret != "" {
		out.needRare().secret = secret
	}
	slow := out.newForm(s.forms)
	read := s.refsOf(o.names)
	out.refs = append(slices.Clip(read), jq.refsIn(s, o)...)
	if len(lifted) > 0 {
		rare := out.needRare()
		rare.lifts, rare.sources = true, append(s.refsOf(withoutLifted(o.names, lifted)), jq.refsOutside(s, o, lifted)...)
	}
	if len(out.refs) == 0 && !s.makesLinks(o) {
		return out, out.compileConstant(e, s, jq)
	}
	out.tier = General
	slow.makeGeneral = func() *general { return s.compileGeneral(e, o, read, jq) }
	if s.forms == nil {
		slow.needGeneral() // the function would keep the scope
	}
	if inner := unescapedArgument(e); inner != nil {
		return s.withoutEscape().compileExpr(inner, jq)
	}
	if inner := nonsensitiveArgument(e); inner != nil && s.escape == nil {
		return out, out.compileReveal(inner, s, jq)
	}
	switch e := e.(type) {
	case *hclsyntax.ParenthesesExpr:
		return s.compileExpr(e.Expression, jq)
	case *hclsyntax.ScopeTraversalExpr:
		out.compilePath(e.Traversal, s)
	case *hclsyntax.TemplateWrapExpr:
		return s.compileExpr(e.Wrapped, jq)
	case *hclsyntax.TemplateExpr:
		return out, out.compileTemplate(e, s, jq)
	case *hclsyntax.TupleConsExpr:
		return out, out.compileList(e, s, jq)
	case *hclsyntax.ObjectConsExpr:
		return out, out.compileObject(e, s, jq)
	case *hclsyntax.BinaryOpExpr:
		out.compileOperator(e, s)
	case *hclsyntax.UnaryOpExpr:
		out.compileOperator(e, s)
	}
	return out, nil
}

// makesLinks reports whether an expression asks the run for a link. A run is needed
// even if the arguments are fixed.
func (s *Scope) makesLinks(o outline) bool {
	return s.links && len(o.callsOf(funcs.LinkURL)) > 0
}

func (e *Expr) compileConstant(src hcl.Expression, s *Scope, jq jqPrograms) hcl.Diagnostics {
	v, diags := s.evaluateAtLoad(src, s.loadContext(jq))
	if diags = s.redactFindings(src, diags); diags.HasErrors() {
		return diags
	}
	made := e.form.Load().slow
	e.tier, made.static = Constant, v
	plain, marks := v.UnmarkDeep()
	if len(marks) > 0 && e.Secret() == "" {
		e.needRare().secret = unnamedSecret
	}
	made.typ = plain.Type()
	if !plain.IsWhollyKnown() {
		return diags
	}
	e.known, e.null = true, plain.IsNull()
	c, err := fromCty(plain)
	if err != nil {
		return append(diags, diag.Error(src.Range(), "Value without a JSON form", diag.Sentence(err)))
	}
	e.constant = c
	return diags
}

// checkType evaluates the expression with unknown values, which finds wrong
// operands and arguments, and checks that its type converts to want.
func (e *Expr) checkType(src hcl.Expression, s *Scope, want cty.Type) hcl.Diagnostics {
	made := e.form.Load().slow
	v := made.static
	var diags hcl.Diagnostics
	if e.tier != Constant {
		v, diags = s.evaluateAtLoad(src, s.checkContext())
		if diags = s.redactFindings(src, diags); diags.HasErrors() {
			return diags
		}
		made.static, made.typ = v, v.Type()
		if diags = append(diags, s.checkTrials(src)...); diags.HasErrors() {
			return diags
		}
	}
	v, _ = v.UnmarkDeep()
	if detail := explainMismatch(v, want, e.Sensitive()); detail != "" {
		return append(diags, diag.Error(src.Range(), "Wrong type", detail))
	}
	if !v.IsKnown() && v.Type() == cty.DynamicPseudoType {
		diags = append(diags, e.checkResults(src, s, want)...)
	}
	return diags
}

// checkTrials evaluates the expression with the values that names have in some
// runs.
func (s *Scope) checkTrials(src hcl.Expression) hcl.Diagnostics {
	if len(s.trials) == 0 {
		return nil
	}
	ec := s.checkContext().NewChild()
	ec.Variables = s.trials
	_, diags := s.evaluateAtLoad(src, ec)
	return s.redactFindings(src, diags)
}

// checkResults checks the two results of a condition if they have no type in
// common: each must convert to want.
func (e *Expr) checkResults(src hcl.Expression, s *Scope, want cty.Type) hcl.Diagnostics {
	switch c := src.(type) {
	case *hclsyntax.ParenthesesExpr:
		return e.checkResults(c.Expression, s, want)
	case *hclsyntax.ConditionalExpr:
		return append(e.checkResult(c.TrueResult, s, want), e.checkResult(c.FalseResult, s, want)...)
	}
	return nil
}

func (e *Expr) checkResult(src hcl.Expression, s *Scope, want cty.Type) hcl.Diagnostics {
	v, diags := s.evaluateAtLoad(src, s.checkContext())
	if diags.HasErrors() {
		return nil // only the chosen result is evaluated, so this may be on purpose
	}
	v, _ = v.UnmarkDeep()
	if detail := explainMismatch(v, want, e.Sensitive()); detail != "" {
		return hcl.Diagnostics{diag.Error(src.Range(), "Wrong type", detail)}
	}
	return e.checkResults(src, s, want)
}

// Eval computes the value for a run. The result may share memory with the
// values of the run and must not be changed. The error is an *Error.
func (e *Expr) Eval(ctx context.Context, env Env) (any, error) {
	return e.evalAs(ctx, env, func(fast node) node { return fast })
}

// EvalForJSON is Eval for a value that is only written as JSON, and which may be a
// *value.Members.
func (e *Expr) EvalForJSON(ctx context.Context, env Env) (any, error) {
	return e.evalAs(ctx, env, forJSON)
}

// evalAs evaluates the fast form, or the node that choose returns for it, and has HCL
// evaluate the expression if there is none or it fails.
func (e *Expr) evalAs(ctx context.Context, env Env, choose func(fast node) node) (any, error) {
	if e.tier == Constant {
		if !e.known {
			return nil, &Error{Range: e.rng, Summary: "Value not known", Detail: "The expression reads a secret or a variable that is not set."}
		}
		return e.constant, nil
	}
	form, failed := e.needForm()
	if failed != nil {
		return nil, failed
	}
	v, ok := form.evalFast(ctx, env, choose)
	if !ok && v == nil && form.slow == nil {
		// Members that have all forms may succeed where those with a fast one fail.
		if form, failed = e.needWhole(); failed != nil {
			return nil, failed
		}
		v, ok = form.evalFast(ctx, env, choose)
	}
	if ok {
		return v, nil
	}
	switch full := v.(type) {
	case *memoryShortage:
		return nil, e.newError(hcl.Diagnostics{full.finding(e.rng)})
	case *Error:
		return nil, full
	}
	return e.evalGeneral(ctx, env, form.slow.needGeneral())
}

// evalFast evaluates the node that choose returns for the fast form. With false it returns
// nil, or a *memoryShortage or an *Error, which no other form can avoid.
func (f *form) evalFast(ctx context.Context, env Env, choose func(fast node) node) (any, bool) {
	if f.fast == nil {
		return nil, false
	}
	v, ok := choose(f.fast).eval(ctx, env)
	if ok {
		return v, true
	}
	switch v.(type) {
	case *memoryShortage, *Error:
		return v, false
	}
	return nil, false
}

func (e *Expr) evalGeneral(ctx context.Context, env Env, g *general) (any, error) {
	v, diags := g.eval(ctx, env)
	if diags.HasErrors() {
		return nil, e.newError(diags)
	}
	out, err := FromCty(v)
	if err != nil {
		return nil, &Error{Range: e.rng, Summary: "Value without a JSON form", Detail: diag.Sentence(err)}
	}
	if full := takeTexts(env, textLength(out)); full != nil {
		return nil, e.newError(hcl.Diagnostics{full.finding(e.rng)})
	}
	return out, nil
}

func (e *Expr) evalAndRecord(ctx context.Context, env Env) (any, error) {
	v, err := e.Eval(ctx, env)
	if n, ok := env.(ValueRecorder); ok && err == nil {
		n.RecordValue(e, e.displayValue(v))
	}
	return v, err
}

// SetDisplay sets how a text is recorded in the inputs of an action, for
// escaped forms that people can't read. It is called once, after Compile.
func (e *Expr) SetDisplay(display func(text string) string) {
	if display != nil {
		e.needRare().display = display
	}
}

func (e *Expr) displayValue(v any) any {
	if e.rare == nil {
		return v
	}
	if text, ok := v.(string); ok && e.rare.display != nil {
		return e.rare.display(text)
	}
	if members, ok := v.(map[string]any); ok && e.rare.url != nil && len(e.rare.url.members) > 0 {
		return showURLMembers(members, e.rare.url.members)
	}
	return v
}

// SetName sets the name of the attribute whose value the expression is. It is
// called once, after Compile.
func (e *Expr) SetName(name string) { e.name = name }

// Name returns the name of the attribute whose value the expression is.
func (e *Expr) Name() string { return e.name }

// Tier returns the form to which the expression was compiled.
func (e *Expr) Tier() Tier { return e.tier }

// Type returns the type of the value as far as it is known at load.
func (e *Expr) Type() cty.Type {
	form, failed := e.needWhole()
	if failed != nil {
		return cty.DynamicPseudoType
	}
	return form.slow.typ
}

// Range returns the place of the expression.
func (e *Expr) Range() hcl.Range { return e.rng }

// Volatile reports whether the expression may have another value at each
// evaluation of the same run, because a jq program in it reads the clock.
// Functions of HCL never do.
func (e *Expr) Volatile() bool { return e.volatile }

// Refs lists the names of the run that the expression reads.
func (e *Expr) Refs() []Ref { return e.refs }

// Constant returns the value of an expression that reads nothing of the run. It
// returns false for other expressions, and if the value is not known because a
// secret is not set.
func (e *Expr) Constant() (any, bool) { return e.constant, e.tier == Constant && e.known }

// IsKnown returns false if the expression reads nothing of the run and its value
// is not known, because a secret or a variable is not set.
func (e *Expr) IsKnown() bool { return e.tier != Constant || e.known }

// KnownParts returns the value as far as it is known at load, with its marks. Parts
// that depend on the run are unknown values of the known type.
func (e *Expr) KnownParts() cty.Value {
	form, failed := e.needWhole()
	if failed != nil {
		return cty.DynamicVal
	}
	return form.slow.static
}
