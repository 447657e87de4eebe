package jq

import (
	"encoding/json"
	"fmt"
	"math/big"
	"net/http"
	"reflect"

	"github.com/webhook-gateway/gateway/internal/value"
)

const (
	maxText     = 16 << 20 // bytes of a text that a function makes
	maxElements = 1 << 20  // elements of a list or members of an object
	maxResult   = 64 << 20 // bytes of the JSON of all values that a program yields
	maxDepth    = 10_000   // levels of lists and objects
	maxKeyList  = 16       // elements of a list in the place of an index
	maxDigits   = value.MaxNumberLength
)

// run is the state of one run of a program.
type run struct {
	guard     *guard
	ticks     uint
	program   *Program
	headers   map[uintptr]bool // addresses of the objects whose names are found in any case
	templates []template       // of a program that gojq runs
	vars      []any            // the variables of a closure, first those of the program
}

func (r *run) setHeaders(headers []map[string]any) {
	if len(headers) > 0 {
		r.headers = make(map[uintptr]bool, len(headers))
		for _, h := range headers {
			r.headers[reflect.ValueOf(h).Pointer()] = true
		}
	}
}

// stop is the panic that ends a function of this package.
type stop struct{ err error }

func (r *run) fail(format string, args ...any) {
	panic(stop{fmt.Errorf(format, args...)})
}

func (r *run) recoverStop(err *error) {
	if p := recover(); p != nil {
		s, ok := p.(stop)
		if !ok {
			panic(p)
		}
		*err = s.err
	}
}

// tickMask selects the ticks that are not yet counted as steps.
const tickMask = 0x3ff

// tick counts a small piece of work, and stops the function at the end of the
// context.
func (r *run) tick() {
	if r.ticks++; r.ticks&tickMask == 0 {
		r.checkWork(tickMask + 1)
	}
}

// tickBy counts several pieces of work. It may jump over the number of ticks at which
// tick checks, so it checks if it reaches or passes one.
func (r *run) tickBy(n uint) {
	before := r.ticks
	if r.ticks += n; (r.ticks^before)&^tickMask != 0 {
		r.checkWork(int(r.ticks&^tickMask - before&^tickMask)) //nolint:gosec // it is at most the bytes of a text
	}
}

// checkWork counts work of a function as steps of its program, and stops the
// function if the program must end.
func (r *run) checkWork(steps int) {
	r.guard.spend(steps)
	r.check()
}

func (r *run) check() {
	if err := r.guard.Err(); err != nil {
		panic(stop{err})
	}
}

// charge counts bytes before they are made.
func (r *run) charge(bytes int) {
	if err := r.guard.charge(bytes); err != nil {
		panic(stop{err})
	}
}

// checkText refuses a text that is too long.
func (r *run) checkText(length int) {
	if length > maxText || length < 0 {
		r.fail("the text would be longer than %d MiB, the most that a jq program may make", maxText>>20)
	}
}

// chargeText counts a text that is about to be made.
func (r *run) chargeText(length int) {
	r.checkText(length)
	r.charge(textSize(length))
}

// chargeGrownText counts a text that is about to be made piece by piece.
func (r *run) chargeGrownText(length int) {
	r.checkText(length)
	r.charge(grownTextSize(length))
}

// checkElements refuses a list or an object that is too long.
func (r *run) checkElements(count int) {
	if count > maxElements || count < 0 {
		r.fail("the list or object would have more than %d elements, the most that a jq program may make", maxElements)
	}
}

// chargeList counts a list that is about to be made, with some bytes for each
// element besides its place.
func (r *run) chargeList(length, element int) {
	r.checkElements(length)
	r.charge(listSize(length) + length*element)
}

// chargeGrown counts elements of lists that grow by copying.
func (r *run) chargeGrown(count int) {
	r.checkElements(count)
	r.charge(listHead + count*grownPlace)
}

// chargeObject counts an object that is about to be made.
func (r *run) chargeObject(members int) {
	r.checkElements(members)
	r.charge(value.ObjectSize(members))
}

// chargeNumber counts a number that has been made, if it is a large one.
func (r *run) chargeNumber(v any) any {
	if i, ok := v.(*big.Int); ok {
		r.charge(scalarSize(i))
	}
	return v
}

// sized counts the JSON of v, and returns v if that is short enough to be a text.
func (r *run) sized(v any) any {
	if s, ok := v.(string); ok {
		r.chargeText(len(s))
		return v
	}
	size := maxText
	r.measure(v, &size, maxText, 0)
	r.charge(grownTextSize(maxText - size))
	return v
}

// measure takes the length of v's JSON off the size. Escapes don't count.
func (r *run) measure(v any, size *int, limit, depth int) {
	r.tick()
	if depth > maxDepth {
		r.fail("the value has more than %d levels of lists and objects, the most that a jq program may handle", maxDepth)
	}
	switch v := v.(type) {
	case string:
		*size -= len(v) + 2
	case json.Number:
		*size -= len(v)
	case int:
		*size -= digits(v)
	case *big.Int:
		r.checkBits(v.BitLen())
		*size -= v.BitLen() / 3
	case []any:
		*size -= len(v) + 1
		for _, e := range v {
			r.measure(e, size, limit, depth+1)
		}
	case map[string]any:
		*size -= 2
		for k, e := range v {
			*size -= len(k) + 4
			r.measure(e, size, limit, depth+1)
		}
	default:
		*size--
	}
	if *size < 0 {
		r.fail("the JSON of the value would be longer than %d MiB, the most that a jq program may make", limit>>20)
	}
}

func (r *run) checkBits(bits int) {
	if bits > 4*maxDigits {
		r.fail("the number would have more than %d digits, the most that a jq program may make", maxDigits)
	}
}

// headerName returns the name under which an object has a header field. Only
// objects of header fields find other cases than their own.
func (r *run) headerName(v, name any) any {
	object, ok := v.(map[string]any)
	text, isText := name.(string)
	if !ok || !isText || len(r.headers) == 0 || !r.headers[reflect.ValueOf(object).Pointer()] {
		return name
	}
	if _, there := object[text]; there {
		return name
	}
	return http.CanonicalHeaderKey(text)
}

// headerNames returns a path with the names under which objects have header fields.
func (r *run) headerNames(v, path any) any {
	list, ok := path.([]any)
	if !ok || len(r.headers) == 0 {
		return path
	}
	out := make([]any, len(list))
	for i, step := range list {
		r.tick()
		out[i] = r.headerName(v, step)
		v = native("getpath($l)", v, out[i:i+1], nil) // an error has no header fields
	}
	return out
}
