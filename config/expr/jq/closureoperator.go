package jq

import (
	"encoding/json"
	"math"
	"math/big"
	"strings"

	"github.com/itchyny/gojq"
)

// applyTo returns a function of the input.
func applyTo(f func(r *run, v any) any) closure {
	return closure{one: func(r *run, v any) (any, error) {
		r.tick()
		return checked(f(r, v))
	}}
}

// apply returns a function of two closures. The second changes last.
func apply(f func(r *run, a, b any) any, a, b closure) closure {
	switch {
	case a.one == nil || b.one == nil:
		return closure{many: func(r *run, v any, yield func(any) error) error {
			return b.all(r, v, func(y any) error {
				return a.all(r, v, func(x any) error {
					r.tick()
					w, err := checked(f(r, x, y))
					if err != nil {
						return err
					}
					return yield(w)
				})
			})
		}}
	case b.constant:
		return applyWith(f, a, b.value)
	}
	return closure{one: func(r *run, v any) (any, error) {
		r.tick()
		y, err := b.one(r, v)
		if err != nil {
			return nil, err
		}
		x, err := a.one(r, v)
		if err != nil {
			return nil, err
		}
		return checked(f(r, x, y))
	}}
}

// applyWith is apply with a constant.
func applyWith(f func(r *run, a, b any) any, a closure, y any) closure {
	return closure{one: func(r *run, v any) (any, error) {
		r.tick()
		x, err := a.one(r, v)
		if err != nil {
			return nil, err
		}
		return checked(f(r, x, y))
	}}
}

// arithmetic compiles an operator that computes or compares.
func arithmetic(op gojq.Operator, left, right closure) closure {
	return apply(operatorFunction(op), left, right)
}

func operatorFunction(op gojq.Operator) func(r *run, a, b any) any {
	switch op {
	case gojq.OpAdd:
		return (*run).plus
	case gojq.OpSub:
		return (*run).minus
	case gojq.OpMul:
		return (*run).times
	case gojq.OpDiv:
		return (*run).divided
	case gojq.OpMod:
		return (*run).modulo
	case gojq.OpEq:
		return func(r *run, a, b any) any { return r.equal(a, b) }
	case gojq.OpNe:
		return func(r *run, a, b any) any { return !r.equal(a, b) }
	case gojq.OpGt:
		return func(r *run, a, b any) any { return r.compare(a, b) > 0 }
	case gojq.OpLt:
		return func(r *run, a, b any) any { return r.compare(a, b) < 0 }
	case gojq.OpGe:
		return func(r *run, a, b any) any { return r.compare(a, b) >= 0 }
	}
	return func(r *run, a, b any) any { return r.compare(a, b) <= 0 }
}

// equal is compare for two values that are most often texts.
func (r *run) equal(a, b any) bool {
	if x, ok := a.(string); ok {
		y, both := b.(string)
		if !both || len(x) != len(y) {
			return false
		}
		r.work(len(x))
		return x == y
	}
	return r.compare(a, b) == 0
}

func (r *run) modulo(a, b any) any {
	if x, y, ints, ok := operands(a, b); ok && ints && y.i != 0 {
		return x.i % y.i
	}
	return r.chargeNumber(native("$l % $r", nil, r.number(a), r.number(b)))
}

func (c *compiler) unary(u *gojq.Unary, s *scope) closure {
	sign := applyTo(func(_ *run, v any) any { return negate(v) })
	if u.Op == gojq.OpAdd {
		sign = applyTo(func(_ *run, v any) any {
			if rank(v) != numberRank {
				return errFailed
			}
			return v
		})
	}
	term := c.term(u.Term, s)
	if term.constant {
		if v, err := sign.one(&run{}, term.value); err == nil {
			return constant(v)
		}
	}
	return chain(term, sign)
}

// negate changes the sign of a number, in the text of a number that has one.
func negate(v any) any {
	switch v := v.(type) {
	case int:
		if v == math.MinInt {
			return new(big.Int).Neg(big.NewInt(int64(v)))
		}
		return -v
	case float64:
		return -v
	case *big.Int:
		return new(big.Int).Neg(v)
	case json.Number:
		if text, negative := strings.CutPrefix(string(v), "-"); negative {
			return json.Number(text)
		}
		return "-" + v
	}
	return errFailed
}
