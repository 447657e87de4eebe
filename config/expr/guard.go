package expr

import (
	"context"
	"errors"
	"reflect"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/config/expr/jq"
	"github.com/webhook-gateway/gateway/internal/clock"
)

// ErrMemory reports an expression that was stopped because memory grew during its
// evaluation.
var ErrMemory = errors.New("the expression was stopped: memory grew during its evaluation; limit its loops or its input")

const (
	memoryCheckInterval = 10 * time.Millisecond // between two checks of the heap by a loopGuard
	maxHeapGrowth       = 256 << 20             // bytes
)

// loopGuard ends an evaluation by HCL, which knows neither contexts nor limits:
// two nested loops over lists of a body would keep a core busy for hours. The
// expressions made by guardExpression call checkLimits at each iteration. When
// a limit is reached it panics with the guard itself, because HCL would
// continue with the next iteration after an error; evaluate recovers.
type loopGuard struct {
	ctx       context.Context
	clock     clock.Clock
	maxGrowth uint64 // bytes by which what is alive may grow
	lastCheck time.Time
	startLive uint64    // bytes that were alive at the first check, or later if fewer
	work      *loadWork // at load, in place of time and memory
	outside   outsideValues
	err       error // why the evaluation was stopped
}

func newLoopGuard(ctx context.Context, c clock.Clock) *loopGuard {
	return &loopGuard{ctx: ctx, clock: c, maxGrowth: maxHeapGrowth, lastCheck: c.Now()}
}

// checkLimits ends the evaluation if its time or its memory is used up, or its
// work at load.
func (g *loopGuard) checkLimits() {
	if g.work != nil {
		g.spend(1)
		return
	}
	if g.err == nil {
		g.err = g.ctx.Err()
	}
	if now := g.clock.Now(); g.err == nil && now.Sub(g.lastCheck) >= memoryCheckInterval {
		g.lastCheck = now
		g.checkMemory()
	}
	if g.err != nil {
		panic(g)
	}
}

func (g *loopGuard) checkMemory() {
	if jq.LiveGrew(&g.startLive, jq.HeapShare(g.maxGrowth)) {
		g.err = ErrMemory
	}
}

// evaluate evaluates an expression made by guardExpression. A function such as
// try may have turned the panic into an error of its own, so g.err decides
// whether the evaluation was stopped.
func (g *loopGuard) evaluate(e hcl.Expression, ec *hcl.EvalContext) (v cty.Value, diags hcl.Diagnostics) {
	defer func() {
		if p := recover(); p != nil && p != any(g) {
			panic(p)
		}
		if stopped := g.stopFinding(e.Range()); stopped != nil {
			v, diags = cty.DynamicVal, stopped
		}
	}()
	return e.Value(ec)
}

// stopFinding returns the finding of a stopped evaluation, nil if the guard has
// not stopped it.
func (g *loopGuard) stopFinding(at hcl.Range) hcl.Diagnostics {
	if g.err == nil {
		return nil
	}
	var full *memoryShortage
	if errors.As(g.err, &full) {
		return hcl.Diagnostics{full.finding(at)}
	}
	detail := "It took too long. Limit its loops or its input."
	if errors.Is(g.err, ErrMemory) || errors.Is(g.err, errLoadWork) {
		detail = diag.Sentence(g.err)
	}
	return hcl.Diagnostics{diag.Error(at, "Expression stopped", detail)}
}

// guardName is the variable that holds the guard in the context of an
// evaluation. No file can write this name.
const guardName = "\x00guard"

var guardType = cty.Capsule("guard", reflect.TypeFor[loopGuard]())

// guardOf returns the guard of an evaluation, nil if it has none.
func guardOf(ec *hcl.EvalContext) *loopGuard {
	for ; ec != nil; ec = ec.Parent() {
		if v, ok := ec.Variables[guardName]; ok {
			return v.EncapsulatedValue().(*loopGuard)
		}
	}
	return nil
}
