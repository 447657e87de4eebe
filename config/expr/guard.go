package expr

import (
	"context"
	"errors"
	"reflect"
	"runtime/metrics"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/config/diag"
)

// ErrMemory says that an expression was stopped because memory grew while it
// was computed.
var ErrMemory = errors.New("the expression was stopped: memory grew while it was computed; bound its loops or its input")

// lookEvery is how long a clock lets pass between two looks at the memory.
const lookEvery = 10 * time.Millisecond

// clock ends an evaluation by HCL, which knows neither contexts nor bounds: two
// loops over lists of a body, one inside the other, would keep a core busy for
// hours. Whoever evaluates asks it at each turn of a loop; when the time is
// over it panics with itself, which general.eval catches, as HCL would go on
// with the next turn after any error.
type clock struct {
	ctx    context.Context
	growth uint64 // bytes by which the heap may grow
	looked time.Time
	base   uint64 // bytes of the heap at the first look
	err    error  // why the evaluation was stopped
}

func newClock(ctx context.Context) *clock {
	return &clock{ctx: ctx, growth: guardGrowth, looked: time.Now()}
}

// tick lets the evaluation go on, or ends it.
func (c *clock) tick() {
	if c.err == nil {
		c.err = c.ctx.Err()
	}
	if now := time.Now(); c.err == nil && now.Sub(c.looked) >= lookEvery {
		c.looked = now
		c.look()
	}
	if c.err != nil {
		panic(c)
	}
}

func (c *clock) look() {
	now := heapBytes()
	if c.base == 0 {
		c.base = now
	}
	if now > c.base+c.growth {
		c.err = ErrMemory
	}
}

// watch evaluates an expression made by bounded. A function such as try may
// have turned the panic into an error of its own, so it is the clock that
// tells whether the evaluation was stopped.
func (c *clock) watch(e hcl.Expression, ec *hcl.EvalContext) (v cty.Value, diags hcl.Diagnostics) {
	defer func() {
		if p := recover(); p != nil && p != any(c) {
			panic(p)
		}
		if stopped := c.stopped(e.Range()); stopped != nil {
			v, diags = cty.DynamicVal, stopped
		}
	}()
	return e.Value(ec)
}

// atLoad evaluates an expression of constants or unknown values. A load must
// end, also where a file has loops in loops over a thousand numbers each.
func atLoad(e hcl.Expression, ec *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	syntax, ok := e.(hclsyntax.Expression)
	if !ok || !hasFor(e) {
		return e.Value(ec)
	}
	limited, cancel := context.WithTimeout(context.Background(), loadLimit)
	defer cancel()
	c := newClock(limited)
	ec = ec.NewChild()
	ec.Variables = map[string]cty.Value{clockName: cty.CapsuleVal(clockType, c)}
	return c.watch(bounded(syntax), ec)
}

// stopped returns the finding of an evaluation that the clock has ended, nil
// of one that it has not.
func (c *clock) stopped(at hcl.Range) hcl.Diagnostics {
	if c.err == nil {
		return nil
	}
	detail := "It took too long. Bound its loops or its input."
	if errors.Is(c.err, ErrMemory) {
		detail = diag.Sentence(c.err)
	}
	return hcl.Diagnostics{diag.Error(at, "Expression stopped", detail)}
}

// clockName is the name under which a clock lies in the context of an
// evaluation. No file can write it.
const clockName = "\x00clock"

var clockType = cty.Capsule("clock", reflect.TypeFor[clock]())

// clockOf returns the clock of an evaluation, nil where it has none.
func clockOf(ec *hcl.EvalContext) *clock {
	for ; ec != nil; ec = ec.Parent() {
		if v, ok := ec.Variables[clockName]; ok {
			return v.EncapsulatedValue().(*clock)
		}
	}
	return nil
}

// ErrJQMemory says that a jq program was stopped because memory grew while it
// ran for long.
var ErrJQMemory = errors.New("the jq program was stopped: it ran for long and memory grew; bound its loops or its input")

const (
	guardEvery  = 1 << 18   // steps of the jq machine between two looks, some milliseconds
	guardGrowth = 256 << 20 // bytes
)

// memoryGuard is the context of a jq program. It ends the program when the
// heap grows while it runs for long: jq itself knows no bound, and
// [repeat(1)] would take the machine's memory long before its time is over.
// With several such programs all of them end, which is what saves the process.
//
// The jq machine asks for Done at every step, in one goroutine; that is the
// clock here, so that a short program costs nothing.
type memoryGuard struct {
	context.Context

	growth uint64 // bytes by which the heap may grow
	steps  int
	base   uint64 // bytes of the heap at the first look
	full   bool
}

// Done is closed when the program should end.
func (g *memoryGuard) Done() <-chan struct{} {
	if g.steps++; g.steps%guardEvery == 0 {
		g.look()
	}
	if g.full {
		return closed
	}
	return g.Context.Done()
}

// Err says why it should.
func (g *memoryGuard) Err() error {
	if g.full {
		return ErrJQMemory
	}
	return g.Context.Err()
}

func (g *memoryGuard) look() {
	now := heapBytes()
	if g.base == 0 {
		g.base = now
	}
	g.full = now > g.base+g.growth
}

var closed = func() chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}()

func heapBytes() uint64 {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(sample)
	if sample[0].Value.Kind() != metrics.KindUint64 {
		return 0
	}
	return sample[0].Value.Uint64()
}
