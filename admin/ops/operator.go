package ops

import "context"

// Operator is who calls the service.
type Operator struct {
	Name    string // "token", "local" for a caller without a token, or the name of the person who signed in
	Address string // of the caller; "" if it has none
	// ReadOnly: the operator may change nothing, which the callers of the service
	// hold. Pages leave out what changes something.
	ReadOnly bool
}

// OperatorOf returns the operator of a context.
func OperatorOf(ctx context.Context) Operator { return operatorOf(ctx) }

// local is the operator of calls that name none.
const local = "local"

type operatorKey struct{}

// WithOperator returns a context in which changes are recorded as those of an
// operator.
func WithOperator(ctx context.Context, o Operator) context.Context {
	return context.WithValue(ctx, operatorKey{}, o)
}

func operatorOf(ctx context.Context) Operator {
	if o, ok := ctx.Value(operatorKey{}).(Operator); ok {
		return o
	}
	return Operator{Name: local}
}
