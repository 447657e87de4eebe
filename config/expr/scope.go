package expr

import (
	"maps"
	"slices"
	"sync"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"

	"github.com/webhook-gateway/gateway/config/expr/funcs"
	"github.com/webhook-gateway/gateway/internal/clock"
)

// Sensitive is the mark of values that come from a secret. An expression that
// reads a marked value is sensitive as a whole.
const Sensitive = sensitive("sensitive")

type sensitive string

// Env gives an expression the values of one run.
type Env interface {
	// Value returns the value of a root name such as "webhook": a JSON-like
	// value or a value.Object. It returns nil for an unknown name.
	Value(root string) any
}

// LinkMaker is an Env that makes the links of the function link_url.
type LinkMaker interface {
	// MakeLink returns the URL of a flow with trigger "link" for a contact.
	MakeLink(flow, email string) (string, error)
}

// MemoryTaker is an Env that counts the memory of evaluations.
type MemoryTaker interface {
	// TakeMemory takes bytes until free is called. It returns false if there are
	// not enough.
	TakeMemory(n int64) (free func(), ok bool)
}

// ValueRecorder is an Env that records the values of expressions, such as the
// inputs of an action.
type ValueRecorder interface {
	RecordValue(e *Expr, v any)
}

// Scope holds the names that an expression may read at one place of a file. A
// scope never changes; the methods With… return a changed copy.
type Scope struct {
	*scopeBase
	run         []*runName // sorted by name
	unavailable *unavailable
	checked     *lazyContext
	escape      func(string) string  // applied to texts of the run; see WithEscape
	isURL       bool                 // escape is for a URL; see CompileURL
	urlMembers  []string             // see CompileURLMembers
	observer    func(Reader)         // see WithObserver
	trials      map[string]cty.Value // see WithTrial

	reasons     *chain[*nullReason] // by the label of a nullPlace
	assumed     []assumption        // conditions whose results are known here
	enums       *chain[[]any]       // by name, see WithEnum
	mayNotRun   bool                // see MayNotRun
	refusesNull bool                // see RefusingNull
	links       bool                // see WithLinks
}

// scopeBase is the part that all scopes of a flow share.
type scopeBase struct {
	consts    map[string]cty.Value
	functions map[string]function.Function
	static    *hcl.EvalContext
	unmarked  *hcl.EvalContext
	source    func(name string) []byte
	clock     clock.Clock
	constants func(root string) // see WithConstantObserver
	programs  *Programs         // see WithPrograms
	derived   func(text string) // see WithDerived
	forms     *Forms            // see WithForms
	written   map[string]bool   // see WithWritten
	loadSteps int               // maxLoadSteps if it is 0; tests take fewer
}

// withBase returns a scope with a changed copy of the base.
func (s *Scope) withBase(change func(*scopeBase)) *Scope {
	c, base := *s, *s.scopeBase
	change(&base)
	c.scopeBase = &base
	return &c
}

// chain is a map that is extended without a copy. Lookups are rare, and the maps small.
type chain[V any] struct {
	key   string
	value V
	next  *chain[V]
}

func (c *chain[V]) with(key string, v V) *chain[V] { return &chain[V]{key, v, c} }

func (c *chain[V]) get(key string) (v V) {
	for ; c != nil; c = c.next {
		if c.key == key {
			return c.value
		}
	}
	return v
}

// lazyContext is the context of the type check, made at its first use.
type lazyContext struct {
	once sync.Once
	ctx  *hcl.EvalContext
}

// NewScope returns a scope with root names that are known at load, whose values
// may be marked or unknown, and with functions. The clock limits how long an
// expression is evaluated.
func NewScope(consts map[string]cty.Value, functions map[string]function.Function, c clock.Clock) *Scope {
	s := &Scope{scopeBase: &scopeBase{consts: consts, functions: functions, clock: c}, checked: &lazyContext{}}
	s.static = &hcl.EvalContext{Variables: consts, Functions: functions}
	s.unmarked = s.unmarkedContext()
	return s
}

// With returns a scope in which root has a value of type t in each run. With
// cty.DynamicPseudoType any name may be read below root. Optional attributes of
// an object type are null in some runs.
func (s *Scope) With(root string, t cty.Type) *Scope {
	return s.withName(&runName{name: root, typ: t})
}

// WithLazy is With for a type that takes time to make. declare is called once, if an
// expression reads the name.
func (s *Scope) WithLazy(root string, declare func() cty.Type) *Scope {
	return s.withName(&runName{name: root, declare: declare})
}

func (s *Scope) withName(n *runName) *Scope {
	root := n.name
	c := *s
	c.assumed = dropAssumptions(s.assumed, root)
	c.run = replaceName(s.run, n)
	c.checked = &lazyContext{}
	if _, known := s.trials[root]; known {
		c.trials = maps.Clone(s.trials)
		delete(c.trials, root)
	}
	return &c
}

// WithTrial returns a scope in which root has the value v in some runs. It has
// unknown parts where the value differs. An expression that fails with it is a
// finding.
func (s *Scope) WithTrial(root string, v cty.Value) *Scope {
	c := *s
	c.trials = cloneOrNew(s.trials)
	c.trials[root] = v
	return &c
}

// WithLinks returns the scope for expressions that a run evaluates, so that they
// may call link_url with fixed arguments.
func (s *Scope) WithLinks() *Scope {
	c := *s
	c.links = true
	return &c
}

// WithoutTrials returns the scope for expressions that are not always evaluated.
func (s *Scope) WithoutTrials() *Scope {
	c := *s
	c.trials = nil
	return &c
}

// WithMember returns a scope in which the object root has one more member.
func (s *Scope) WithMember(root, name string, t cty.Type) *Scope {
	return s.withMember(root, name, t, false)
}

func (s *Scope) withMember(root, name string, t cty.Type, nullable bool) *Scope {
	var members []*runName
	if old := s.findName(root); old != nil {
		members = old.listMembers()
	}
	if old := findName(members, name); old != nil {
		nullable = nullable || old.nullable
	}
	c := s.withName(&runName{name: root, members: replaceName(members, &runName{name: name, typ: t, nullable: nullable}), grows: true})
	c.assumed = s.assumed
	return c
}

// RunType returns the declared type of a root name of the run.
func (s *Scope) RunType(root string) (cty.Type, bool) {
	if n := s.findName(root); n != nil {
		return n.declaredType(), true
	}
	return cty.NilType, false
}

// EvalContext returns the context in which expressions without names of the run
// are evaluated. Its values keep their marks.
func (s *Scope) EvalContext() *hcl.EvalContext { return s.static }

// Evaluate evaluates an expression whose names are checked and which reads
// nothing of the run. The value keeps its marks; findings contain no secrets.
func (s *Scope) Evaluate(e hcl.Expression) (cty.Value, hcl.Diagnostics) {
	v, diags := s.evaluateAtLoad(e, s.static)
	return v, s.redactFindings(e, diags)
}

// WithConstantObserver returns a scope that tells observe which roots Constant
// returns as a whole.
func (s *Scope) WithConstantObserver(observe func(root string)) *Scope {
	return s.withBase(func(b *scopeBase) { b.constants = observe })
}

// WithFunctions returns a scope in which functions take the place of those of the
// same names.
func (s *Scope) WithFunctions(functions map[string]function.Function) *Scope {
	c := s.withBase(func(b *scopeBase) {
		b.static, b.unmarked = s.static.NewChild(), s.unmarked.NewChild()
		b.static.Functions, b.unmarked.Functions = functions, functions
	})
	c.checked = &lazyContext{}
	return c
}

// Constant returns the value of a root name that is known at load.
func (s *Scope) Constant(root string) (cty.Value, bool) {
	if s.constants != nil {
		s.constants(root)
	}
	v, ok := s.consts[root]
	return v, ok
}

func (s *Scope) findName(root string) *runName { return findName(s.run, root) }

func (s *Scope) isRun(root string) bool { return s.findName(root) != nil }

// rootNames returns all root names, sorted.
func (s *Scope) rootNames() []string {
	names := slices.AppendSeq(s.runRoots(), maps.Keys(s.consts))
	slices.Sort(names)
	return names
}

// unmarkedContext returns the context of constants without marks, for runs:
// Compile has found out which expressions are sensitive.
func (s *Scope) unmarkedContext() *hcl.EvalContext {
	vars := make(map[string]cty.Value, len(s.consts))
	for name, v := range s.consts {
		vars[name], _ = v.UnmarkDeep()
	}
	return &hcl.EvalContext{Variables: vars, Functions: s.functions}
}

// checkContext returns the context of the type check, in which names of the run
// are unknown values of their declared types.
func (s *Scope) checkContext() *hcl.EvalContext {
	s.checked.once.Do(func() { s.checked.ctx = s.newCheckContext() })
	return s.checked.ctx
}

func (s *Scope) newCheckContext() *hcl.EvalContext {
	ctx := s.static.NewChild()
	ctx.Variables = make(map[string]cty.Value, len(s.run))
	for _, n := range s.run {
		ctx.Variables[n.name] = n.unknown()
	}
	ctx.Functions = map[string]function.Function{"jq": newJQFunction(nil), funcs.LinkURL: funcs.UnknownLinkFunction()}
	return ctx
}

func cloneOrNew[V any](m map[string]V) map[string]V {
	if m == nil {
		return map[string]V{}
	}
	return maps.Clone(m)
}
