package expr

import (
	"context"
	"errors"
	"maps"
	"regexp"
	"slices"
	"sync/atomic"

	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/config/expr/jq"
	"github.com/webhook-gateway/gateway/internal/value"
)

// Program is a compiled jq program. In it $webhook, $action and the other names
// of the run have the same values as in HCL. It is safe for concurrent use.
type Program struct {
	form  atomic.Pointer[programForm] // nil while the forms are dropped
	forms *Forms                      // that have the form; nil if it is never dropped

	paths    []Ref // the names that the program mentions, with static members
	volatile bool
	rng      hcl.Range
	hidden   string // see Hide
	byEvent  bool   // see SetEventInput
}

// jqVariable is a name of the run that the program mentions. If the program
// reads only some members, members lists them and the program gets no others.
type jqVariable struct {
	root    string
	members []string
	all     bool
}

var (
	// ErrTooManyResults reports a jq program that yields too many values.
	ErrTooManyResults = jq.ErrTooManyResults
	// ErrJQMemory reports a jq program that was stopped because memory grew.
	ErrJQMemory = jq.ErrMemory
)

// CompileJQ compiles the jq program that is the value of an expression. The
// value must be known at load. A mistake is reported at its place inside the
// text. The program is nil if there are errors, or if the expression reads a
// variable that is not set.
func (s *Scope) CompileJQ(e hcl.Expression) (*Program, hcl.Diagnostics) {
	p, diags := s.compileJQ(e)
	if p != nil {
		s.observe(p)
		p.addTo(s.forms)
	}
	return p, diags
}

func (s *Scope) compileJQ(e hcl.Expression) (*Program, hcl.Diagnostics) {
	if names := s.refsIn(e); len(names) > 0 {
		return nil, hcl.Diagnostics{diag.Error(e.Range(), "Program not fixed",
			"A jq program is compiled when the file is loaded, so it can't contain values of a run. Pass them to the program as its input, or read them in the program as $"+names[0].Root+".")}
	}
	diags := s.checkNames(outlineOf(e))
	if diags.HasErrors() {
		return nil, diags
	}
	v, found := s.Evaluate(e)
	if diags = append(diags, found...); diags.HasErrors() {
		return nil, diags
	}
	if v.IsMarked() {
		return nil, append(diags, diag.Error(e.Range(), "Secret in a program",
			"A jq program must not contain a secret: errors show the program, and a quote in the secret would change its meaning. Pass the secret to the program as part of its input."))
	}
	if !v.IsKnown() {
		return nil, diags // it reads a variable that is not set
	}
	text, err := FromCty(v)
	program, ok := text.(string)
	if err != nil || !ok {
		return nil, append(diags, diag.Error(e.Range(), "Wrong type", "A jq program must be a text."))
	}
	p, found := s.compileJQText(program, s.sourceMap(e))
	if p != nil {
		p.rng = e.Range()
	}
	return p, append(diags, found...)
}

func (s *Scope) compileJQText(program string, at sourceMap) (*Program, hcl.Diagnostics) {
	p := &Program{paths: s.jqPaths(program), volatile: jqNow.MatchString(program)}
	vars := s.jqVariables(program)
	names := make([]string, len(vars))
	for i, v := range vars {
		names[i] = "$" + v.root
	}
	code, parsed, err := s.compileProgram(program, names)
	switch {
	case !parsed:
		return nil, jqSyntaxError(program, err, at)
	case err != nil:
		return nil, s.jqNameError(program, err, at)
	}
	p.form.Store(&programForm{code, vars})
	return p, nil
}

// jqNow matches the only builtin whose result changes with time. A match in a
// comment or a text costs only a little speed.
var jqNow = regexp.MustCompile(`\bnow\b`)

// Volatile reports whether the program may return different values for the same
// input, because it reads the clock.
func (p *Program) Volatile() bool { return p != nil && p.volatile }

var jqName = regexp.MustCompile(`\$([A-Za-z_]\w*)(\s*\.\s*([A-Za-z_]\w*))?`)

// jqVariables returns the names of the run that a program mentions. A mention in
// a comment or a text costs a little time and does no harm.
func (s *Scope) jqVariables(program string) []jqVariable {
	found := map[string]*jqVariable{}
	for _, m := range jqName.FindAllStringSubmatch(program, -1) {
		if !s.isRun(m[1]) {
			continue
		}
		v, ok := found[m[1]]
		if !ok {
			v = &jqVariable{root: m[1]}
			found[m[1]] = v
		}
		if m[3] == "" {
			v.all = true
		} else if !slices.Contains(v.members, m[3]) {
			v.members = append(v.members, m[3])
		}
	}
	out := make([]jqVariable, 0, len(found))
	for _, name := range slices.Sorted(maps.Keys(found)) {
		out = append(out, *found[name])
	}
	return out
}

// jqPath matches a variable with the members that follow it: $webhook.body.id,
// $webhook.headers["X-Id"], $webhook.headers."X-Id". jqMember matches one of them.
var (
	jqMember = regexp.MustCompile(`\.?\s*\[\s*"([^"\\]*)"\s*\]|\.\s*"([^"\\]*)"|\.\s*([A-Za-z_]\w*)`)
	jqPath   = regexp.MustCompile(`\$([A-Za-z_]\w*)((?:\s*(?:` + jqMember.String() + `))*)`)
)

// jqPaths returns the names of the run that a program mentions, each once.
func (s *Scope) jqPaths(program string) []Ref {
	var out []Ref
	seen := map[string]bool{}
	for _, m := range jqPath.FindAllStringSubmatch(program, -1) {
		ref := Ref{Root: m[1]}
		if !s.isRun(ref.Root) {
			continue
		}
		for _, name := range jqMember.FindAllStringSubmatch(m[2], -1) {
			ref.Path = append(ref.Path, name[1]+name[2]+name[3])
		}
		if !seen[ref.String()] {
			seen[ref.String()] = true
			out = append(out, ref)
		}
	}
	return out
}

// Run runs the program on the input and returns all values that it yields. They
// are values of package value; numbers that jq computed are int, float64 or
// *big.Int. The input is not changed. The error is an *Error if the memory budget
// has no memory for the values of the program.
func (p *Program) Run(ctx context.Context, env Env, input any) ([]any, error) {
	out, err := p.run(ctx, env, input, nil)
	if errors.Is(err, jq.ErrNoMemory) {
		return nil, &Error{Range: p.rng, Summary: noMemorySummary, Detail: diag.Sentence(err), NoMemory: true}
	}
	return out, err
}

// run is Run for a program that may take only some steps; nil for any number.
func (p *Program) run(ctx context.Context, env Env, input any, steps *int) ([]any, error) {
	form, failed := p.needForm()
	if failed != nil {
		return nil, failed
	}
	return form.code.Run(ctx, form.newInput(env, input, steps))
}

// RunQuick is Run for a program that takes about a millisecond at most. It reports
// false for another one and for one that fails, which Run has to run.
func (p *Program) RunQuick(ctx context.Context, env Env, input any) (out []any, done bool) {
	form, failed := p.needForm()
	if failed != nil {
		return nil, false
	}
	return form.code.RunQuick(ctx, form.newInput(env, input, nil))
}

func (p *programForm) newInput(env Env, input any, steps *int) jq.Input {
	in := jq.Input{Steps: steps, Value: input, Variables: make([]any, len(p.vars))}
	if o, ok := input.(value.Object); ok {
		in.Value = resolveMembers(o.Map(), o, &in)
	}
	if m, ok := env.(MemoryTaker); ok {
		in.TakeMemory = m.TakeMemory
	}
	for i, v := range p.vars {
		in.Variables[i] = v.read(env, &in)
	}
	return in
}

func (v jqVariable) read(env Env, in *jq.Input) any {
	whole := env.Value(v.root)
	o, lazy := whole.(value.Object)
	if !lazy {
		return whole
	}
	if v.all {
		return resolveMembers(o.Map(), o, in)
	}
	out := make(map[string]any, len(v.members))
	for _, name := range v.members {
		if m, ok := o.Get(name); ok {
			out[name] = m
		}
	}
	return resolveMembers(out, o, in)
}

// resolveMembers replaces members that are lazy objects by their maps, because
// jq knows only plain maps. It notes the objects of header fields, the lazy
// objects with the name headers: the program finds their members in any case.
func resolveMembers(m map[string]any, of value.Object, in *jq.Input) map[string]any {
	for name, member := range m {
		if _, plain := member.(map[string]any); plain {
			if o, ok := of.Get(name); ok {
				member = o
			}
		}
		o, lazy := member.(value.Object)
		if !lazy {
			continue
		}
		plain := o.Map()
		m[name] = plain
		if name == "headers" {
			in.Headers = append(in.Headers, plain)
		} else if headers, ok := o.Get("headers"); ok && plain["headers"] != nil {
			resolveHeaders(plain, headers, in)
		}
	}
	return m
}

// resolveHeaders notes the header fields of an action's answer.
func resolveHeaders(answer map[string]any, headers any, in *jq.Input) {
	if o, lazy := headers.(value.Object); lazy {
		plain := o.Map()
		answer["headers"] = plain
		in.Headers = append(in.Headers, plain)
	}
}

// Refs lists the names of the run that the program reads.
func (p *Program) Refs() []Ref { return p.paths }
