package load_test

import (
	"fmt"
	"testing"
	"testing/fstest"

	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/config/load"
)

func endpoint(name, path, methods string) string {
	return fmt.Sprintf("flow %q {\n  trigger \"webhook\" {\n    mode    = \"sync\"\n    path    = %q\n    methods = [%s]\n    response {}\n  }\n}\n", name, path, methods)
}

// TestRoutes checks the findings about two endpoints, in both orders.
func TestRoutes(t *testing.T) {
	t.Parallel()
	const post = `"POST"`
	cases := []struct {
		name             string
		a, aMethods      string
		b, bMethods      string
		summary, atFirst string
	}{
		{"different", "/a", post, "/b", post, "", ""},
		{"different lengths", "/a", post, "/a/b", post, "", ""},
		{"a name and a longer path", "/{x}", post, "/a/b", post, "", ""},
		{"the same", "/a", post, "/a", post, "Path used twice", ""},
		{"the same but for case", "/a", post, "/A", post, "", ""},
		{"the same but for the method", "/a", post, "/a", `"PUT"`, "", ""},
		{"one method in common", "/a", `"PUT", "POST"`, "/a", `"PATCH", "PUT"`, "Path used twice", ""},
		{"the same with an escape", "/a%62", post, "/ab", post, "Path used twice", ""},
		{"the same names", "/{x}/a", post, "/{x}/a", post, "Path used twice", ""},
		{"other names", "/{x}/a", post, "/{y}/a", post, "Path used twice", ""},
		{"shadowed", "/{x}", post, "/a", post, "Path shadows another", `Requests to /a go to flow "b" and never to flow "a"`},
		{"shadowed at the end", "/a/{x}", post, "/a/b", post, "Path shadows another", "/a/b go to"},
		{"shadowed in two places", "/{x}/{y}", post, "/a/b", post, "Path shadows another", "/a/b go to"},
		{"shadowed by a name", "/{x}/{y}", post, "/a/{y}", post, "Path shadows another", "/a/{y} go to"},
		{"shadowed with another method", "/{x}", post, "/a", `"PUT"`, "", ""},
		{"neither more exact", "/{x}/b", post, "/a/{y}", post, "Paths overlap", ""},
		{"neither more exact, with more around", "/p/{x}/b/q", post, "/p/a/{y}/q", post, "Paths overlap", ""},
		{"a name and a literal elsewhere", "/{x}/b", post, "/a/c", post, "", ""},
		{"roots", "/", post, "/", post, "Path used twice", ""},
		{"the root and a name", "/", post, "/{x}", post, "", ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			a, b := endpoint("a", c.a, c.aMethods), endpoint("b", c.b, c.bMethods)
			for _, src := range []string{a + b, b + a} {
				_, diags := load.Files(options(fstest.MapFS{"a.hcl": text(src)}, "a.hcl"))
				severity := hcl.DiagError
				if c.summary == "Path shadows another" {
					severity = hcl.DiagWarning
				}
				expectFinding(t, diags, severity, c.summary, c.atFirst)
				for _, d := range diags {
					if d.Subject.Start.Line != 12 {
						t.Errorf("found at line %d, not at the second path", d.Subject.Start.Line)
					}
				}
			}
		})
	}
}

// TestRoutesOfOtherFlows: disabled flows are compared, flows without a path are not.
func TestRoutesOfOtherFlows(t *testing.T) {
	t.Parallel()
	off := "flow \"off\" {\n  enabled = false\n  trigger \"webhook\" {\n    mode = \"sync\"\n    path = \"/a\"\n    response {}\n  }\n}\n"
	_, diags := load.Files(options(fstest.MapFS{"a.hcl": text(endpoint("a", "/a", `"POST"`) + off)}, "a.hcl"))
	expectFinding(t, diags, hcl.DiagError, "Path used twice", "")
	_, diags = load.Files(options(fstest.MapFS{"a.hcl": text(flowFile("a") + flowFile("b"))}, "a.hcl"))
	expectFinding(t, diags, 0, "", "") // both get paths of their own
}
