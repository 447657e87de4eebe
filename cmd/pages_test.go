package cmd_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/webhook-gateway/gateway/config/load"
	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/body"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/internal/testutil/programtest"
	"github.com/webhook-gateway/gateway/internal/value"
)

// pages returns the pages that are written by hand, by their file names.
func pages(t *testing.T) map[string]string {
	t.Helper()
	files, err := filepath.Glob("pages/*.md")
	if err != nil || len(files) == 0 {
		t.Fatalf("no pages found: %v", err)
	}
	out := map[string]string{}
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		out[filepath.Base(f)] = string(text)
	}
	return out
}

var hclBlock = regexp.MustCompile("(?s)```hcl\n(.*?)```")

// TestPagesShowValidFlows checks that the flow files in the handwritten pages and
// in the README are valid.
func TestPagesShowValidFlows(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	p, all := programtest.Program(), pages(t)
	all["README.md"] = string(readme)
	for name, spec := range map[string]*schema.Spec{"gateway": load.Specs()["gateway"], "secret": load.Specs()["secret"], "flow": flow.Spec(p.Kinds)} {
		if len(spec.Examples()) == 0 {
			t.Errorf("block %s has no example", name)
		}
		for _, e := range spec.Examples() {
			all["block "+name] += "```hcl\n" + e.HCL + besideFlow(e.HCL) + "\n```\n"
		}
	}
	for name, text := range all {
		blocks := hclBlock.FindAllStringSubmatch(text, -1)
		if len(blocks) == 0 && (name == "README.md" || name == "language.md") {
			t.Errorf("%s shows no flow file", name)
		}
		for _, block := range blocks {
			_, diags := load.Files(load.Options{
				Clock: clock.System{},
				FS:    fstest.MapFS{"page.hcl": {Data: []byte(block[1])}}, Paths: []load.Path{{Dir: "page.hcl"}},
				Env: func(string) (string, bool) { return "a-secret-of-the-test", true }, Kinds: p.Kinds, Connections: p.Connections,
			})
			for _, d := range diags {
				if d.Summary == "Secret not set" {
					continue // it names a file of the machine
				}
				t.Errorf("%s: %s: %s", name, d.Summary, d.Detail)
			}
		}
	}
}

// TestReadmeNamesAllKinds compares the table of kinds in the README with the kinds
// of the program.
func TestReadmeNamesAllKinds(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	p := programtest.Program()
	_, table, found := strings.Cut(string(readme), "What flows are made of:\n\n")
	table, _, ends := strings.Cut(table, "\n\n")
	if !found || !ends {
		t.Fatal("the table of kinds is not found")
	}
	for _, k := range p.Kinds.Actions {
		if named := strings.Contains(table, "`"+k.Name+"`"); named == (k.NotYet != "") {
			t.Errorf("action %s: named %v", k.Name, named)
		}
	}
	for _, k := range p.Kinds.Triggers {
		if named := strings.Contains(table, "`"+k.Name+"`"); named == (k.NotYet != "") {
			t.Errorf("trigger %s: named %v", k.Name, named)
		}
	}
}

// besideFlow gives a file that shows another block the flow that it needs.
func besideFlow(text string) string {
	if strings.Contains(text, "flow \"") {
		return ""
	}
	return `
flow "any" {
  trigger "webhook" {}
  action "log" "it" { message = "came" }
}`
}

// TestPageOfBodiesIsTrue decodes the bodies in the tables of the page.
func TestPageOfBodiesIsTrue(t *testing.T) {
	t.Parallel()
	text := pages(t)["bodies.md"]
	for title, read := range map[string]func(string) (any, error){
		"Queries": func(s string) (any, error) { return body.ParseQuery(s, value.Limits{}) },
		"XML":     func(s string) (any, error) { return body.ParseXML([]byte(s), body.Charset{}, value.Limits{}) },
	} {
		rows := tableRows(section(text, title))
		if len(rows) < 3 {
			t.Errorf("the table under %q has %d rows", title, len(rows))
		}
		for _, row := range rows {
			var want any
			if err := json.Unmarshal([]byte(code(row[1])[0]), &want); err != nil {
				t.Fatalf("%s: %v", row[1], err)
			}
			for _, given := range code(row[0]) {
				got, err := read(given)
				if err != nil {
					t.Errorf("%s: %v", given, err)
				} else if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("%s: (-page +is)\n%s", given, diff)
				}
			}
		}
	}
}

func section(text, title string) string {
	_, text, _ = strings.Cut(text, "\n## "+title+"\n")
	text, _, _ = strings.Cut(text, "\n## ")
	return text
}

// tableRows returns the cells of a table's rows but for its head.
func tableRows(text string) [][]string {
	var rows [][]string
	for line := range strings.Lines(text) {
		if cells := strings.Split(strings.Trim(line, "|\n "), " | "); strings.HasPrefix(line, "| `") && len(cells) == 2 {
			rows = append(rows, cells)
		}
	}
	return rows
}

var codeSpan = regexp.MustCompile("`([^`]*)`")

func code(cell string) []string {
	var out []string
	for _, m := range codeSpan.FindAllStringSubmatch(cell, -1) {
		out = append(out, m[1])
	}
	return out
}
