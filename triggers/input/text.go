package input

import (
	"errors"
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/internal/value"
)

// parseSource reads the expression of a source: a plain reference, or members of
// jsondecode(TEXT).
func parseSource(e hcl.Expression) (_ Source, flaw string) {
	e = unwrapParentheses(e)
	var steps []Step
	if t, ok := e.(*hclsyntax.RelativeTraversalExpr); ok {
		if steps, ok = parseSteps(t.Traversal); !ok {
			return Source{}, wrongSource
		}
		e = unwrapParentheses(t.Source)
	}
	argument := callArgument(e, "jsondecode")
	if argument == nil {
		if steps != nil {
			return Source{}, wrongSource
		}
		return parsePlainSource(e)
	}
	text, flaw := parseText(argument)
	return Source{Part: text.At.Part, Steps: steps, Text: text}, flaw
}

// parseText reads the argument of jsondecode.
func parseText(e hcl.Expression) (_ *Text, flaw string) {
	e = unwrapParentheses(e)
	if argument := callArgument(e, "base64decode"); argument != nil {
		text, flaw := parseText(argument)
		if text.IsBase64 {
			return text, wrongSource
		}
		text.IsBase64 = true
		return text, flaw
	}
	if t, diags := hcl.AbsTraversalForExpr(e); !diags.HasErrors() && t.RootName() == RequestRoot {
		if steps, ok := parseSteps(t[1:]); ok && isSingleName(steps) && steps[0].Name == PartRaw {
			return &Text{At: Source{Part: PartBody}, IsRaw: true}, ""
		}
	}
	at, flaw := parseSource(e)
	return &Text{At: at}, flaw
}

func unwrapParentheses(e hcl.Expression) hcl.Expression {
	for {
		p, ok := e.(*hclsyntax.ParenthesesExpr)
		if !ok {
			return e
		}
		e = p.Expression
	}
}

// callArgument returns the argument of a call of a function with one argument,
// nil if the expression is no such call.
func callArgument(e hcl.Expression, name string) hcl.Expression {
	if call, ok := e.(*hclsyntax.FunctionCallExpr); ok && call.Name == name && len(call.Args) == 1 && !call.ExpandFinal {
		return call.Args[0]
	}
	return nil
}

// Texts decodes the texts of one request that hold JSON, each once.
type Texts struct {
	limits value.Limits
	lookup func(Source) (any, bool)
	take   func([]byte) bool
	known  map[string]*decodedText
}

// decodedText is the JSON of a text, or its flaw.
type decodedText struct {
	value   any
	present bool // false if the text is missing or empty

	flaw       error
	steps      []Step // to the text with the flaw
	isReported bool
}

// NewTexts returns the texts of a request. lookup returns a value of the request
// and whether it is there; it is called with PartRaw for the bytes of the body.
// take takes memory for a text before it is decoded, and may be nil.
func NewTexts(limits value.Limits, lookup func(Source) (any, bool), take func([]byte) bool) *Texts {
	return &Texts{limits: limits, lookup: lookup, take: take, known: map[string]*decodedText{}}
}

// ConvertFromText is Convert for a variable whose source is in a text. The flaw
// of a text is recorded once for all variables that need it.
func (v *Variable) ConvertFromText(c *Checker, texts *Texts) any {
	decoded := texts.decode(v.From.Text)
	if decoded.flaw == nil {
		given, present := Lookup(decoded.value, v.From.Steps)
		return v.Convert(c, given, present && decoded.present, FormatJSON)
	}
	if !decoded.isReported {
		decoded.isReported = true
		c.startAt(v.From.Part, decoded.steps, FormatJSON)
		logged := diag.Sentence(decoded.flaw)
		if c.hides(v.From.Part) {
			logged = "The JSON in this text is malformed."
		}
		c.addLoggedFault(diag.Sentence(decoded.flaw), logged, "JSON", "text")
	}
	return v.Default
}

func (t *Texts) decode(text *Text) *decodedText {
	key := text.key()
	if known, ok := t.known[key]; ok {
		return known
	}
	decoded := t.decodeNew(text)
	t.known[key] = decoded
	return decoded
}

func (t *Texts) decodeNew(text *Text) *decodedText {
	given, flawed := t.find(text)
	if flawed != nil {
		return flawed
	}
	out := &decodedText{steps: text.At.place()}
	plain, err := text.plain(given)
	if err != nil {
		out.flaw = err
		return out
	}
	if strings.Trim(plain, " \t\r\n") == "" {
		return out
	}
	if t.take != nil && !t.take([]byte(plain)) {
		out.flaw = errors.New("there is no memory to decode this now")
		return out
	}
	if out.value, err = value.Decode([]byte(plain), t.limits); err != nil {
		out.flaw = fmt.Errorf("this must be JSON: %w", err)
	}
	out.present = err == nil
	return out
}

// find returns the value of the request that is the text, or the text around it
// if that has a flaw.
func (t *Texts) find(text *Text) (given any, flawed *decodedText) {
	switch {
	case text.IsRaw:
		given, _ = t.lookup(Source{Part: PartRaw})
	case text.At.Text == nil:
		given, _ = t.lookup(text.At)
	default:
		around := t.decode(text.At.Text)
		if around.flaw != nil {
			return nil, around
		}
		given, _ = Lookup(around.value, text.At.Steps)
	}
	return given, nil
}

// plain returns the JSON of a text.
func (t *Text) plain(given any) (string, error) {
	plain, ok := given.(string)
	if given != nil && !ok {
		return "", errors.New("this must be a text that holds JSON")
	}
	if t.IsBase64 {
		decoded, err := value.DecodeBase64(plain)
		if err != nil {
			return "", errors.New("this must be JSON in base64")
		}
		plain = string(decoded)
	}
	return plain, nil
}

// key identifies a text of a request.
func (t *Text) key() string {
	key := fmt.Sprintf("%s %#v %t %t", t.At.Part, t.At.Steps, t.IsRaw, t.IsBase64)
	if t.At.Text != nil {
		return t.At.Text.key() + " " + key
	}
	return key
}
