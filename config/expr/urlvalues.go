package expr

import (
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/internal/urltext"
)

// CompileURL is Compile for a URL. Values of the run inside a template are
// marked, and urltext.Join makes the URL of the value. An expression that is no
// template stays as it is, but conditions and functions that only pick one of
// their arguments are followed to their templates. A value of the run in the
// host is a finding.
func CompileURL(e hcl.Expression, s *Scope, want cty.Type) (*Expr, hcl.Diagnostics) {
	scope := *s
	scope.escape, scope.isURL = urltext.Value, true
	out, diags := Compile(e, &scope, want)
	syntax, ok := e.(hclsyntax.Expression)
	if diags.HasErrors() || !ok || out.tier == Constant {
		return out, diags
	}
	out.SetDisplay(urltext.Show)
	samples := (&escapeMarker{scope: &scope}).sampleURLs(syntax)
	if diags = append(diags, checkHosts(samples)...); diags.HasErrors() {
		return nil, diags
	}
	url := &urlParts{}
	out.needRare().url = url
	for _, sample := range samples {
		url.forms = append(url.forms, sample.text)
		if text, err := urltext.Join(sample.text); err == nil && sample.isWhole() {
			url.samples = append(url.samples, text)
		}
	}
	return out, diags
}

// URLSamples returns forms that the URL may have, with "x" in place of each
// value of the run. It has none for expressions that are no template.
func (e *Expr) URLSamples() []string {
	url := e.rare.orNone().url
	if url == nil {
		return nil
	}
	return url.samples
}

// URLForms returns the forms that the URL may have, with a marked "x" in place
// of each value of the run. A form ends before a constant that is not known,
// such as a secret that is not set. Expressions that are no template have none.
func (e *Expr) URLForms() []string {
	url := e.rare.orNone().url
	if url == nil {
		return nil
	}
	return url.forms
}

// markURL marks the values of the run in the templates of a URL.
func (x *escapeMarker) markURL(e hclsyntax.Expression) hclsyntax.Expression {
	switch e := e.(type) {
	case *hclsyntax.ParenthesesExpr:
		c := *e
		c.Expression = x.markURL(e.Expression)
		return &c
	case *hclsyntax.TemplateWrapExpr:
		c := *e
		c.Wrapped = x.markURL(e.Wrapped)
		return &c
	case *hclsyntax.ConditionalExpr:
		c := *e
		c.TrueResult, c.FalseResult = x.markURL(e.TrueResult), x.markURL(e.FalseResult)
		return &c
	case *hclsyntax.FunctionCallExpr:
		if !picksURL(e.Name) {
			return e
		}
		c := *e
		c.Args = make([]hclsyntax.Expression, len(e.Args))
		for i, arg := range e.Args {
			c.Args[i] = x.markURL(arg)
		}
		return &c
	case *hclsyntax.TemplateExpr, *hclsyntax.TemplateJoinExpr:
		return x.mark(e)
	}
	return e
}

// picksURL reports whether a function returns one of its arguments, but for
// space at the ends.
func picksURL(name string) bool {
	switch name {
	case "try", "coalesce", "trimspace", "chomp":
		return true
	}
	return false
}

// markURLCall marks a call inside a template of a URL. The result of a function
// that encodes is not encoded again. Functions that cut or pad texts would
// break marks inside, so their result is marked as a whole.
func (x *escapeMarker) markURLCall(e *hclsyntax.FunctionCallExpr) hclsyntax.Expression {
	switch e.Name {
	case "urlencode", "urlpath":
		if x.isFixed(e) {
			return e
		}
		return &escapedExpression{e, urltext.Encoded}
	case "join", "concat", "flatten", "try":
		c := *e
		c.Args = x.markAll(e.Args)
		return &c
	}
	return x.markWhole(e)
}

// maxURLSamples bounds the forms of a URL whose template has conditions.
const maxURLSamples = 32

// urlSample is one form of a URL, with marked values of the run.
type urlSample struct {
	text   string
	values []hcl.Range
	isCut  bool // the text ends before a constant that is not known
}

// isWhole reports whether the sample is a complete URL that begins as the file
// says.
func (u urlSample) isWhole() bool {
	return !u.isCut && len(u.values) > 0 && !urltext.BeginsWithValue(u.text)
}

// sampleURLs returns the forms of all templates that may become the URL.
func (x *escapeMarker) sampleURLs(e hclsyntax.Expression) []urlSample {
	switch e := e.(type) {
	case *hclsyntax.ParenthesesExpr:
		return x.sampleURLs(e.Expression)
	case *hclsyntax.TemplateWrapExpr:
		return x.sampleURLs(e.Wrapped)
	case *hclsyntax.ConditionalExpr:
		return append(x.sampleURLs(e.TrueResult), x.sampleURLs(e.FalseResult)...)
	case *hclsyntax.FunctionCallExpr:
		return x.sampleCall(e)
	case *hclsyntax.TemplateExpr:
		return x.extendSamples([]urlSample{{}}, e)
	}
	return nil
}

// sampleCall returns the forms of all arguments that may become the URL.
func (x *escapeMarker) sampleCall(e *hclsyntax.FunctionCallExpr) []urlSample {
	if !picksURL(e.Name) {
		return nil
	}
	var out []urlSample
	for _, arg := range e.Args {
		out = append(out, x.sampleURLs(arg)...)
	}
	if e.Name == "trimspace" || e.Name == "chomp" {
		for i := range out {
			out[i].text = strings.TrimSpace(out[i].text)
		}
	}
	return out
}

// extendSamples appends a part of a template to each sample.
func (x *escapeMarker) extendSamples(samples []urlSample, e hclsyntax.Expression) []urlSample {
	switch e := e.(type) {
	case *hclsyntax.ParenthesesExpr:
		return x.extendSamples(samples, e.Expression)
	case *hclsyntax.TemplateWrapExpr:
		return x.extendSamples(samples, e.Wrapped)
	case *hclsyntax.TemplateExpr:
		for _, part := range e.Parts {
			samples = x.extendSamples(samples, part)
		}
		return samples
	case *hclsyntax.ConditionalExpr:
		out := x.extendSamples(samples, e.TrueResult)
		if len(samples) < maxURLSamples {
			out = append(out, x.extendSamples(samples, e.FalseResult)...)
		}
		return out
	case *hclsyntax.TemplateJoinExpr:
		if loop, ok := e.Tuple.(*hclsyntax.ForExpr); ok {
			inner := *x
			inner.bound = cloneOrNew(x.bound)
			inner.bound[loop.KeyVar], inner.bound[loop.ValVar] = true, true
			return inner.extendSamples(samples, loop.ValExpr)
		}
	}
	text, known := urltext.Value("x"), true
	fixed := x.isFixed(e)
	if fixed {
		text, known = x.fixedText(e)
	}
	out := make([]urlSample, len(samples))
	for i, sample := range samples {
		out[i] = sample.extend(text, known, fixed, e.Range())
	}
	return out
}

func (u urlSample) extend(text string, known, fixed bool, at hcl.Range) urlSample {
	switch {
	case u.isCut:
		return u
	case !known:
		u.isCut = true
		return u
	case !fixed && u.text == "":
		text = urltext.Value("https://x/x")
	}
	u.text += text
	if !fixed {
		u.values = append(u.values[:len(u.values):len(u.values)], at)
	}
	return u
}

// fixedText returns the text of a part that reads nothing of the run, false if
// it is not known.
func (x *escapeMarker) fixedText(e hclsyntax.Expression) (string, bool) {
	v, diags := x.scope.evaluateAtLoad(e, x.scope.static)
	if diags.HasErrors() {
		return "", false
	}
	plain, _ := v.UnmarkDeep()
	if !plain.IsWhollyKnown() {
		return "", false
	}
	c, err := fromCty(plain)
	if err != nil {
		return "", false
	}
	return formatScalar(c)
}

func checkHosts(samples []urlSample) hcl.Diagnostics {
	var diags hcl.Diagnostics
	seen := map[hcl.Range]bool{}
	for _, sample := range samples {
		i := urltext.HostValue(sample.text)
		if i < 0 || seen[sample.values[i]] {
			continue
		}
		seen[sample.values[i]] = true
		diags = append(diags, diag.Error(sample.values[i], "Value in the host",
			"A value of the run would choose the server that gets the request. Write it into the path or the query, or begin the URL with a value that is a whole absolute URL."))
	}
	return diags
}
