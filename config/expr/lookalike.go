package expr

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/internal/ctytext"
)

var (
	braces  = regexp.MustCompile(`\{\{\s*\$?\.?([A-Za-z_][\w.\-\[\]*]*)\s*\}\}`)
	dollars = regexp.MustCompile(`\$([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+)`)
	quoted  = regexp.MustCompile(`^[A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*|\[\d+\])+$`)
)

// checkTexts warns of texts that look like references but are none: {{name}}
// and $name, which other tools replace, and a whole text that is a known name.
// It skips keys of objects, which may have any name, and jq programs, where
// $name is a variable.
func (s *Scope) checkTexts(n hclsyntax.Node) hcl.Diagnostics {
	c := &textCheck{scope: s}
	visitNodes(n, c.checkNode)
	return c.diags
}

type textCheck struct {
	scope   *Scope
	skipped hcl.Range      // of a key or a program; nodes inside are visited next
	program hclsyntax.Node // of the jq() call that is visited
	diags   hcl.Diagnostics
}

func (c *textCheck) checkNode(n hclsyntax.Node) {
	switch n := n.(type) {
	case *hclsyntax.ObjectConsKeyExpr:
		c.skip(n.Range())
	case *hclsyntax.FunctionCallExpr:
		if n.Name == "jq" && len(n.Args) > 0 {
			c.program = n.Args[0]
		}
	case *hclsyntax.TemplateExpr:
		if c.program == hclsyntax.Node(n) {
			c.skip(n.Range())
		} else if n.IsStringLiteral() && !c.isSkipped(n.Range()) {
			c.checkWholeText(n)
		}
	case *hclsyntax.LiteralValueExpr:
		if !c.isSkipped(n.SrcRange) {
			c.checkPart(n)
		}
	}
}

// skip skips the nodes inside a range, which may lie in the one that is skipped already.
func (c *textCheck) skip(at hcl.Range) {
	if !c.isSkipped(at) {
		c.skipped = at
	}
}

func (c *textCheck) isSkipped(at hcl.Range) bool {
	return c.skipped.Start.Byte <= at.Start.Byte && at.End.Byte <= c.skipped.End.Byte
}

func (c *textCheck) addWarning(at hcl.Range, given, fix string) {
	c.diags = append(c.diags, diag.Warning(at, "Not a reference",
		fmt.Sprintf("%s is plain text here and stays unchanged. To insert the value write %s.", given, fix)))
}

// checkPart looks for names inside a text.
func (c *textCheck) checkPart(lit *hclsyntax.LiteralValueExpr) {
	if lit.Val.Type() != cty.String || lit.Val.IsNull() {
		return
	}
	text := ctytext.String(lit.Val)
	if !strings.ContainsAny(text, "{$") {
		return // the expressions below take long to find that out
	}
	if m := braces.FindStringSubmatch(text); m != nil {
		c.addWarning(lit.SrcRange, m[0], "${"+c.translateName(m[1])+"}")
	} else if m := dollars.FindStringSubmatch(text); m != nil && c.isKnownName(m[1]) {
		c.addWarning(lit.SrcRange, m[0], "${"+m[1]+"}")
	}
}

// translateName returns the name here for a name of another tool: n8n's $json
// is the data of a run, which for a webhook contains the request.
func (c *textCheck) translateName(name string) string {
	for _, other := range []string{"json.body", "json.headers", "json.query"} {
		if rest, ok := strings.CutPrefix(name, other); ok && !c.isKnownName(name) {
			return "webhook" + strings.TrimPrefix(other, "json") + rest
		}
	}
	return name
}

// checkWholeText warns of a text that consists of a known name.
func (c *textCheck) checkWholeText(t *hclsyntax.TemplateExpr) {
	lit, ok := t.Parts[0].(*hclsyntax.LiteralValueExpr)
	if !ok || lit.Val.Type() != cty.String {
		return
	}
	text := ctytext.String(lit.Val)
	if !strings.ContainsAny(text, ".[") || !quoted.MatchString(text) || !c.isKnownName(text) {
		return
	}
	c.addWarning(t.Range(), fmt.Sprintf("%q", text), text+" without quotes")
}

// isKnownName reports whether a text is a name that can be read here.
func (c *textCheck) isKnownName(text string) bool {
	t, diags := hclsyntax.ParseTraversalAbs([]byte(text), "", hcl.InitialPos)
	return !diags.HasErrors() && !c.scope.checkTraversal(t).HasErrors()
}
