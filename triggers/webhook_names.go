package triggers

import (
	"fmt"
	"slices"
	"sync"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/auth"
	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/triggers/input"
)

// webhookRoot is the name under which a flow reads the request.
const webhookRoot = input.RequestRoot

// requestNames are the parts of a request that each flow may read under webhook.
var requestNames = input.RequestNames()

// requestTypes returns the types of the parts of a request.
func (w *webhook) requestTypes(checks []auth.Check) map[string]cty.Type {
	types := make(map[string]cty.Type, len(requestNames)+len(w.variables))
	for _, name := range requestNames {
		types[name] = cty.String
	}
	types["body"], types["query"] = cty.DynamicPseudoType, cty.DynamicPseudoType
	types["headers"] = cty.Map(cty.String)
	types["path"], types["auth"] = w.pathType(), callerType(checks)
	return types
}

func (w *webhook) pathType() cty.Type {
	if w.pathErr != nil {
		return cty.DynamicPseudoType
	}
	names := make(map[string]cty.Type, len(w.route.names))
	for _, name := range w.route.names {
		names[name] = cty.String
	}
	return cty.Object(names)
}

// Roots returns the name webhook with the types of its members.
func (w *webhook) Roots() map[string]cty.Type {
	if w.declared != nil {
		return map[string]cty.Type{webhookRoot: w.declared()}
	}
	return map[string]cty.Type{webhookRoot: w.typeOfRequest(w.checks)}
}

func (w *webhook) typeOfRequest(checks []auth.Check) cty.Type {
	return input.ObjectType(w.requestTypes(checks), w.variables)
}

// declareRequest adds the parts of the request to the scope of the variables. It
// runs after the path is decoded.
func (w *webhook) declareRequest(c *schema.Context) {
	if w.path != "" {
		w.route, w.pathErr = parsePath(w.path)
	}
	c.Scope = w.declareParts(c.Scope)
}

// declareParts adds the parts of the request to a scope, without the variables.
func (w *webhook) declareParts(s *expr.Scope) *expr.Scope {
	checks := w.checks
	return s.WithLazy(webhookRoot, func() cty.Type { return cty.Object(w.requestTypes(checks)) })
}

// declareVariables adds the variables to the scope of the fields after them. The type of
// webhook.auth is that of the checks that are decoded already.
func (w *webhook) declareVariables(c *schema.Context) {
	checks := w.checks
	w.declared = sync.OnceValue(func() cty.Type { return w.typeOfRequest(checks) })
	c.Scope = w.RefineScope(c.Scope.WithLazy(webhookRoot, w.declared))
}

func (w *webhook) addVariable(c *schema.Context, b *hclsyntax.Block) hcl.Diagnostics {
	v := input.ForRequest()
	diags := schema.Decode(c, v, b)
	if v.Name == "" {
		return diags
	}
	if v.From.Part == "" {
		v.From = input.FromBody(v.Name)
	}
	if flaw := w.variableNameFlaw(v.Name); flaw != "" {
		return append(diags, diag.Error(b.LabelRanges[0], "Wrong name", flaw))
	}
	v.Range = b.DefRange()
	w.index[v.Name] = len(w.variables)
	w.variables = append(w.variables, v)
	return diags
}

// variableNameFlaw returns the reason why a variable cannot have a name, or "".
func (w *webhook) variableNameFlaw(name string) string {
	if slices.Contains(requestNames, name) {
		return fmt.Sprintf("webhook.%s is a part of every request. Give the variable another name, and set \"from\" to the place of its value.", name)
	}
	if !hclsyntax.ValidIdentifier(name) {
		return fmt.Sprintf("%q can't be read as webhook.NAME: use letters, digits, _ and -, and start with a letter. In \"from\" any member can be named: webhook.body[%q].", name, name)
	}
	if slices.ContainsFunc(w.variables, func(v *input.Variable) bool { return v.Name == name }) {
		return fmt.Sprintf("The trigger has a variable %q already.", name)
	}
	return ""
}
