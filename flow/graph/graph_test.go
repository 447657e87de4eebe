package graph_test

import (
	"encoding/xml"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/webhook-gateway/gateway/actions"
	"github.com/webhook-gateway/gateway/auth"
	"github.com/webhook-gateway/gateway/config/load"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/flow/graph"
	"github.com/webhook-gateway/gateway/flow/outline"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/triggers"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// graphs returns the graphs of all flows of the files.
func graphs(t *testing.T, files fs.FS, o outline.Options) []*graph.Graph {
	t.Helper()
	loaded, diags := load.Files(load.Options{
		FS: files, Paths: []load.Path{{Dir: "."}}, Clock: clock.System{}, Unset: load.AllowUnset,
		Kinds:       flow.Kinds{Actions: actions.All(), Triggers: triggers.All(auth.All())},
		Connections: actions.Connections(),
	})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	var out []*graph.Graph
	for _, f := range loaded.Flows {
		of, err := outline.Of(f, loaded.Files, o)
		if err != nil {
			t.Fatal(err)
		}
		g := graph.Of(of)
		checkNodes(t, f, g)
		out = append(out, g)
	}
	return out
}

// checkNodes checks that the graph has each action of the flow once.
func checkNodes(t *testing.T, f *flow.Flow, g *graph.Graph) {
	t.Helper()
	actions, found := map[string]int{}, map[string]int{}
	f.Walk(func(s *flow.Step) { actions[s.Kind+" "+s.Name]++ })
	g.Walk(func(n *graph.Node) {
		if n.Action != "" {
			found[n.Kind+" "+n.Action]++
		}
	})
	if d := cmp.Diff(actions, found); d != "" {
		t.Errorf("actions of flow %s and of its graph (-flow +graph):\n%s", f.Name, d)
	}
}

func orders(t *testing.T) []*graph.Graph {
	t.Helper()
	return graphs(t, os.DirFS("testdata/flows"), outline.Options{})
}

func TestGolden(t *testing.T) {
	t.Parallel()
	all := orders(t)
	marks := graph.Options{
		Mark: func(n *graph.Node) graph.Mark {
			if n.Action == "charge" {
				return graph.Mark{Text: "failed 3", Tone: graph.Bad, Hint: "3 runs failed here <today>"}
			}
			return graph.Mark{}
		},
		Link: func(n *graph.Node) string {
			return map[string]string{"charge": "/flows/orders?action=charge&x=1", "refused": "javascript:alert(1)"}[n.Action]
		},
	}
	for name, text := range map[string]string{
		"all.mmd": graph.Mermaid(all), "all.dot": graph.DOT(all), "all.svg": graph.SVG(all, graph.Options{}), "marks.svg": graph.SVG(all[:1], marks),
	} {
		path := filepath.Join("testdata", name)
		if *update {
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(string(want), text); d != "" {
			t.Errorf("%s (-want +got); -update rewrites it:\n%s", name, d)
		}
	}
}

func TestHooks(t *testing.T) {
	t.Parallel()
	text := graph.SVG(orders(t), graph.Options{
		Inline: true,
		Mark: func(n *graph.Node) graph.Mark {
			return graph.Mark{Text: n.Action, Tone: graph.Good}
		},
		Link: func(n *graph.Node) string {
			return map[string]string{"charge": "/a?b=1&c=2", "tell": "https://example.com/", "refused": "javascript:alert(1)", "team": "data:text/html,x", "wait": "java\nscript:alert(1)"}[n.Action]
		},
	})
	mustParse(t, text)
	for _, want := range []string{`<a href="/a?b=1&amp;c=2">`, `<a href="https://example.com/">`, `<g class="m good"><title>charge</title>`} {
		if !strings.Contains(text, want) {
			t.Errorf("the drawing lacks %s", want)
		}
	}
	for _, not := range []string{"alert", "data:text", "<style>"} {
		if strings.Contains(text, not) {
			t.Errorf("the drawing has %q", not)
		}
	}
}

// TestHostileTexts checks that texts of flow files stay texts in each format.
func TestHostileTexts(t *testing.T) {
	t.Parallel()
	const hostile = `</text><script>alert(1)</script>\" ]]> --> %% \n|x| #35; \u0007 \u202e ` + "`"
	file := fmt.Sprintf("flow \"f\" {\n  label = \"%s\"\n  trigger \"webhook\" { path = \"/x\" }\n  action \"log\" \"a\" {\n    when = webhook.body.x == \"%s\"\n    message = \"%s\"\n  }\n}\n", hostile, hostile, hostile)
	all := graphs(t, fstest.MapFS{"a.hcl": {Data: []byte(file)}}, outline.Options{})
	svg := graph.SVG(all, graph.Options{})
	mustParse(t, svg)
	if strings.Contains(svg, "<script") {
		t.Errorf("markup of the file is in the drawing:\n%s", svg)
	}
	for _, line := range strings.Split(graph.Mermaid(all), "\n") {
		if strings.Contains(line, "alert") && strings.ContainsAny(strings.NewReplacer("<br/>", "", "flow1[", "", "n1([", "", "n2[", "", "])", "", "]", "").Replace(line), "<>[]()|`\\") {
			t.Errorf("a line of the Mermaid flowchart has characters with a meaning: %s", line)
		}
	}
	for _, line := range strings.Split(graph.DOT(all), "\n") {
		if strings.Count(strings.ReplaceAll(strings.ReplaceAll(line, `\\`, ""), `\"`, ""), `"`)%2 != 0 {
			t.Errorf("a line of the DOT graph has an open quote: %s", line)
		}
	}
}

func TestRedact(t *testing.T) {
	t.Parallel()
	all := graphs(t, fstest.MapFS{"a.hcl": {Data: []byte("flow \"f\" {\n  trigger \"webhook\" { path = \"/x\" }\n  action \"http\" \"a\" { url = \"https://example.com/?key=abcdef\" }\n}\n")}},
		outline.Options{Redact: func(text string) string { return strings.ReplaceAll(text, "abcdef", "(sensitive)") }})
	if got := graph.SVG(all, graph.Options{}); strings.Contains(got, "abcdef") || !strings.Contains(got, "key=(sensitive)") {
		t.Errorf("the credential is in the drawing:\n%s", got)
	}
}

// TestExamples draws each example, whose files show all that flows have.
func TestExamples(t *testing.T) {
	t.Parallel()
	all := graphs(t, os.DirFS("../../examples/flows"), outline.Options{})
	if len(all) < 20 {
		t.Fatalf("%d flows", len(all))
	}
	mustParse(t, graph.SVG(all, graph.Options{}))
}

// mustParse checks that a drawing is well-formed XML.
func mustParse(t *testing.T, svg string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(svg))
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatalf("%v in\n%s", err, svg)
		}
	}
}

func TestOutlineOfAnotherFile(t *testing.T) {
	t.Parallel()
	loaded, diags := load.Files(load.Options{
		FS: os.DirFS("testdata/flows"), Paths: []load.Path{{Dir: "."}}, Clock: clock.System{},
		Kinds: flow.Kinds{Actions: actions.All(), Triggers: triggers.All(auth.All())}, Unset: load.AllowUnset,
	})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	f := loaded.Flows[0]
	for name, text := range map[string]string{"no file": "", "another flow": "flow \"x\" {}\n", "errors": "flow {"} {
		if _, err := outline.Of(f, map[string][]byte{f.Range.Filename: []byte(text)}, outline.Options{}); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
