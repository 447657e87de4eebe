package expr

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"strconv"
	"time"

	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/internal/value"
)

// Of is a compiled expression whose value is a T: string, bool, int, int64,
// float64, Size, time.Duration, any, map[string]any, map[string]string, []any
// or []string. The zero Of is an expression that the file does not set.
type Of[T any] struct {
	expr *Expr
}

// Bind returns a compiled expression with a Go type.
func Bind[T any](e *Expr) Of[T] { return Of[T]{expr: e} }

// IsSet reports whether the file sets the expression.
func (o Of[T]) IsSet() bool { return o.expr != nil }

// Expr returns the compiled expression, nil if it is not set.
func (o Of[T]) Expr() *Expr { return o.expr }

// Eval computes the value for a run. A null is an error unless T is any. The
// error is an *Error with the place of the expression.
func (o Of[T]) Eval(ctx context.Context, env Env) (T, error) {
	var zero T
	if o.expr == nil {
		return zero, nil
	}
	v, err := o.expr.evalAndRecord(ctx, env)
	if err != nil {
		return zero, err
	}
	out, err := Convert[T](v)
	if err != nil {
		return zero, o.typeError(err)
	}
	return out, nil
}

// EvalOr is Eval, but returns fallback if the expression is not set or its
// value is null.
func (o Of[T]) EvalOr(ctx context.Context, env Env, fallback T) (T, error) {
	if o.expr == nil {
		return fallback, nil
	}
	v, err := o.expr.evalAndRecord(ctx, env)
	if err != nil || v == nil {
		return fallback, err
	}
	out, err := Convert[T](v)
	if err != nil {
		return fallback, o.typeError(err)
	}
	return out, nil
}

// Constant returns the value if it is known at load.
func (o Of[T]) Constant() (T, bool) {
	var zero T
	if o.expr == nil {
		return zero, false
	}
	v, ok := o.expr.Constant()
	if !ok || v == nil {
		return zero, false
	}
	out, err := Convert[T](v)
	return out, err == nil
}

func (o Of[T]) typeError(err error) *Error {
	detail := diag.Sentence(err)
	if o.expr.Sensitive() {
		detail = redactedDetail
	}
	return &Error{Range: o.expr.rng, Summary: "Wrong type", Detail: detail}
}

// CtyType returns the cty type to which an expression for T must convert.
func CtyType[T any]() cty.Type {
	switch any(*new(T)).(type) {
	case string, Size, time.Duration:
		return cty.String
	case bool:
		return cty.Bool
	case int, int64, float64:
		return cty.Number
	case map[string]string:
		return cty.Map(cty.String)
	case []string:
		return cty.List(cty.String)
	}
	return cty.DynamicPseudoType
}

// Convert converts a JSON-like value to a T as HCL converts between types: a
// number or a bool to its text, and a text to the number or bool that it spells.
func Convert[T any](v any) (T, error) {
	var out T
	var err error
	switch p := any(&out).(type) {
	case *any:
		*p = v
	case *string:
		*p, err = asText(v)
	case *bool:
		*p, err = asBool(v)
	case *int:
		var n int64
		n, err = asInt(v)
		*p = int(n)
	case *int64:
		*p, err = asInt(v)
	case *float64:
		*p, err = asFloat(v)
	case *Size:
		err = parseText(v, p, "a size such as \"10MiB\"", parseSize)
	case *time.Duration:
		err = parseText(v, p, "a duration such as \"30s\"", parseDuration)
	case *map[string]any:
		*p, err = asObject(v)
	case *map[string]string:
		*p, err = asTexts(v)
	case *[]any:
		*p, err = asList(v)
	case *[]string:
		*p, err = asStrings(v)
	default:
		err = fmt.Errorf("expressions of Go type %T are not supported", out)
	}
	return out, err
}

func mismatchError(want string, v any) error {
	if v == nil {
		return errors.New("the value is null, but must be " + want)
	}
	return fmt.Errorf("the value is %s, but must be %s", article(value.TypeName(v)), want)
}

func asText(v any) (string, error) {
	if s, ok := formatScalar(v); ok {
		return s, nil
	}
	err := mismatchError("a string", v)
	if v != nil {
		err = fmt.Errorf("%w; %s", err, textCure(value.TypeName(v)))
	}
	return "", err
}

func asBool(v any) (bool, error) {
	switch v := v.(type) {
	case bool:
		return v, nil
	case string:
		switch v {
		case "true", "1":
			return true, nil
		case "false", "0":
			return false, nil
		}
	}
	return false, mismatchError("a bool", v)
}

func asFloat(v any) (float64, error) {
	switch v := v.(type) {
	case json.Number:
		return strconv.ParseFloat(string(v), 64)
	case int:
		return float64(v), nil
	case float64:
		return v, nil
	case *big.Int:
		f, _ := new(big.Float).SetInt(v).Float64()
		return f, nil
	case string:
		if f, err := strconv.ParseFloat(v, 64); err == nil {
			return f, nil
		}
	}
	return 0, mismatchError("a number", v)
}

func asInt(v any) (int64, error) {
	if n, ok := v.(int); ok {
		return int64(n), nil
	}
	if n, ok := v.(json.Number); ok {
		if i, err := n.Int64(); err == nil {
			return i, nil
		}
	}
	f, err := asFloat(v)
	if err != nil {
		return 0, err
	}
	if f != float64(int64(f)) {
		return 0, errors.New("the value is not a whole number of at most 64 bits")
	}
	return int64(f), nil
}

func parseText[T any](v any, out *T, form string, parse func(string) (T, error)) error {
	s, ok := v.(string)
	if !ok {
		return mismatchError(form, v)
	}
	var err error
	*out, err = parse(s)
	return err
}

func asObject(v any) (map[string]any, error) {
	switch v := v.(type) {
	case map[string]any:
		return v, nil
	case value.Object:
		return v.Map(), nil
	}
	return nil, mismatchError("an object", v)
}

func asTexts(v any) (map[string]string, error) {
	m, err := asObject(v)
	if err != nil {
		return nil, err
	}
	out := make(map[string]string, len(m))
	for k, e := range m {
		if e == nil {
			continue // null omits a member, as it does for attributes
		}
		if out[k], err = asText(e); err != nil {
			return nil, fmt.Errorf("member %q: %w", k, err)
		}
	}
	return out, nil
}

func asList(v any) ([]any, error) {
	if l, ok := v.([]any); ok {
		return l, nil
	}
	return nil, mismatchError("a list", v)
}

func asStrings(v any) ([]string, error) {
	l, err := asList(v)
	if err != nil {
		return nil, err
	}
	out := make([]string, len(l))
	for i, e := range l {
		if out[i], err = asText(e); err != nil {
			return nil, fmt.Errorf("element %d: %w", i, err)
		}
	}
	return out, nil
}
