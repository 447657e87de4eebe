package expr

import (
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/config/expr/funcs"
	"github.com/webhook-gateway/gateway/internal/clock"
)

// slowClock is the clock of a very slow machine: an hour passes between two looks
// at it.
type slowClock struct {
	clock.System
	looks atomic.Int64
}

func (c *slowClock) Now() time.Time {
	return time.Unix(0, 0).Add(time.Duration(c.looks.Add(1)) * time.Hour)
}

func compileSlowly(t *testing.T, src string, loadSteps int) hcl.Diagnostics {
	t.Helper()
	e, diags := hclsyntax.ParseExpression([]byte(src), "l.hcl", hcl.InitialPos)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	consts := map[string]cty.Value{"local": cty.ObjectVal(map[string]cty.Value{
		"long": cty.StringVal(strings.Repeat("x", 1<<20)),
	})}
	s := NewScope(consts, funcs.Table(funcs.Options{}), &slowClock{}).With("w", cty.DynamicPseudoType).
		With("v", cty.ObjectWithOptionalAttrs(map[string]cty.Type{"x": cty.String, "z": cty.Bool}, []string{"x"}))
	s.loadSteps = loadSteps
	_, diags = Compile(e, s, cty.DynamicPseudoType)
	return diags
}

// TestWorkAtLoad: an expression that takes much work at load is refused, on any
// machine. A load that did not end would block all later reloads. The limit of
// this test is small: its expressions exceed each limit.
func TestWorkAtLoad(t *testing.T) {
	t.Parallel()
	const fewSteps = 50_000
	const steps = "1000000 steps when the file is loaded"
	for name, c := range map[string][2]string{
		"loops":            {`[for a in range(1024) : [for b in range(1024) : [for c in range(1024) : c if false]]]`, steps},
		"loops in try":     {`try([for a in range(1024) : [for b in range(1024) : [for c in range(1024) : c if false]]], 1)`, steps},
		"beside a run":     {`[w.x, [for a in range(1024) : [for b in range(1024) : [for c in range(1024) : c if false]]]]`, steps},
		"long texts":       {`[for a in range(1024) : "${local.long}${a}"]`, steps},
		"long arguments":   {`[for a in range(1024) : length("${local.long}${a}")]`, steps},
		"long results":     {`[for a in range(1024) : length([replace(local.long, "x", "yy")]) if a > 0]`, steps},
		"long comparisons": {`[for a in range(1024) : a if "${local.long}${a}" == "x"]`, steps},
		"long directives":  {`"%{ for a in range(1024) }${local.long}%{ endfor }"`, steps},
		"splats":           {`[for a in range(1024) : [for b in range(1024) : range(1024)[*].x[0] if false]]`, steps},
		"an endless jq":    {`jq("def f: f; f", null)`, "too many steps"},
		"a jq in a loop":   {`[for a in range(1024) : jq("[range(100000)] | length", a)]`, "too many steps"},
		"a long jq":        {`jq("[limit(100; repeat(1)) | \"x\" * 15000000] | length", null)`, "too many steps"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diags := compileSlowly(t, c[0], fewSteps); !strings.Contains(diags.Error(), c[1]) {
				t.Errorf("findings are %v, want one that says %q", diags, c[1])
			}
		})
	}
}

// TestDefaultWorkAtLoad: files have the limit that the message names.
func TestDefaultWorkAtLoad(t *testing.T) {
	t.Parallel()
	for src, refused := range map[string]bool{
		`[for a in range(70) : "${local.long}${a}"] != null`: true,
		`[for a in range(20) : "${local.long}${a}"] != null`: false,
	} {
		if diags := compileSlowly(t, src, 0); diags.HasErrors() != refused {
			t.Errorf("%s: %v", src, diags)
		}
	}
}

// TestTimeAtLoad: work within the bounds is accepted, however long it takes.
func TestTimeAtLoad(t *testing.T) {
	t.Parallel()
	for _, src := range []string{
		`[for a in range(1024) : [for b in range(50) : a * b if b < a]]`,
		`{ for a in range(1024) : "k${a}" => upper("x${a}") }`,
		`jq("[range(100000)] | map(. * 2) | add", null)`,
	} {
		if diags := compileSlowly(t, src, 0); diags.HasErrors() {
			t.Errorf("%s: %v", src, diags)
		}
	}
}

// TestConstantsRead: an expression reads at most as many constants as it may take
// steps, also without a loop.
func TestConstantsRead(t *testing.T) {
	t.Parallel()
	const steps = 3 * (1<<20/BytesPerStep + 1) // of three times local.long
	for src, refused := range map[string]bool{
		`"${local.long}${local.long}${local.long}"`:                   false,
		`"${local.long}${local.long}${local.long}${local.long}"`:      true,
		`[local.long, local.long, local.long, local.long]`:            true,
		`[local.long, local.long, local.long, w.x ? local.long : ""]`: true,
	} {
		diags := compileSlowly(t, src, steps)
		if diags.HasErrors() != refused || refused && diags[0].Summary != "Constants too large" {
			t.Errorf("%s: %v", src, diags)
		}
	}
}

// TestConditionsInLoops: the search for nulls in loops with conditions in one another,
// where each level evaluates the next one twice, ends early.
func TestConditionsInLoops(t *testing.T) { //nolint:paralleltest // it counts allocations
	const levels, enough = 24, 2_000_000 // maxLoadSteps would take ten millions
	src := strings.Repeat("[for x in [v.x, v.x] : ", levels) + "x" + strings.Repeat(" if v.z]", levels)
	allocated := testing.AllocsPerRun(1, func() {
		if diags := compileSlowly(t, src, 0); diags.HasErrors() {
			t.Error(diags)
		}
	})
	if allocated > enough {
		t.Errorf("it takes %.0f allocations, more than %d", allocated, enough)
	}
}

// TestChecksOfLongChains: what checks an expression allocates grows with its length, and
// not with its square.
func TestChecksOfLongChains(t *testing.T) { //nolint:paralleltest // it counts allocations
	for name, c := range map[string][2]string{
		"sum":        {"1", "+1"},
		"sum of run": {"w.x", " + w.x"},
		"comparison": {"w.x", " == w.x"},
		"condition":  {"w.x == 1", " || w.x"},
	} {
		allocations := func(operators int) float64 {
			src := c[0] + strings.Repeat(c[1], operators)
			return testing.AllocsPerRun(3, func() {
				if diags := compileSlowly(t, src, 0); diags.HasErrors() {
					t.Error(diags)
				}
			})
		}
		if few, many := allocations(50), allocations(400); many > 10*few {
			t.Errorf("%s: 50 operators take %.0f allocations, 400 take %.0f", name, few, many)
		}
	}
}
