package expr_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/internal/value"
)

func compileJQ(t testing.TB, src string) (*expr.Program, hcl.Diagnostics) {
	t.Helper()
	file, diags := hclsyntax.ParseConfig([]byte(src), "test.hcl", hcl.InitialPos)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	s := scope().WithSource(func(string) []byte { return []byte(src) })
	return s.CompileJQ(file.Body.(*hclsyntax.Body).Attributes["jq"].Expr)
}

func TestJQ(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, src, input, want string }{
		{"identity keeps numbers", `jq = "."`, `[9007199254740993, 1e400, 154.581, 1.0]`, `[[9007199254740993, 1e400, 154.581, 1.0]]`},
		{"several results", `jq = ".[]"`, `[1, 2]`, `[1, 2]`},
		{"none", `jq = "empty"`, `1`, `[]`},
		{"reads the run", `jq = ". + $webhook.qty"`, `1`, `[8]`},
		{"reads outputs", `jq = "$action.sum.value"`, `1`, `[41]`},
		{"reads a whole name", `jq = "$webhook | keys | length"`, `1`, `[5]`},
		{"halt ends it", `jq = "1, halt, 2"`, `null`, `[1]`},
		{"no environment", `jq = "env | length"`, `null`, `[0]`},
		{"a program in a local", `jq = ".${local.limit == 3 ? "a" : "b"}"`, `{"a": 5}`, `[5]`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p, diags := compileJQ(t, tt.src+"\n")
			if diags.HasErrors() {
				t.Fatal(diags)
			}
			input := decode(t, tt.input)
			got, err := p.Run(context.Background(), run(t), input)
			if err != nil {
				t.Fatal(err)
			}
			if want := decode(t, tt.want); !value.Equal(got, want) {
				t.Errorf("got %v, want %v", got, want)
			}
			if !value.Equal(input, decode(t, tt.input)) {
				t.Errorf("the input has changed to %v", input)
			}
		})
	}
}

// lazy is an object that is read as needed, such as an action's outputs.
type lazy map[string]any

func (l lazy) Get(name string) (any, bool) { return l[name], true }
func (l lazy) Map() map[string]any         { return maps.Clone(l) }

func TestJQReadsLazyObjects(t *testing.T) {
	t.Parallel()
	lazily := env{"action": lazy{"call": lazy{"status": 200}}}
	for _, program := range []string{"$action.call.status", "$action | .call.status", "$action | to_entries[0].value.status"} {
		p, diags := compileJQ(t, fmt.Sprintf("jq = %q\n", program))
		if diags.HasErrors() {
			t.Fatal(diags)
		}
		got, err := p.Run(context.Background(), lazily, nil)
		if err != nil || len(got) != 1 || got[0] != 200 {
			t.Errorf("%s gives %v, %v", program, got, err)
		}
	}
}

// fields finds header fields in any case, as the headers of requests and answers
// do.
type fields map[string]any

func (f fields) Get(name string) (any, bool) { return f[http.CanonicalHeaderKey(name)], true }
func (f fields) Map() map[string]any         { return maps.Clone(f) }

// TestJQFindsHeadersInAnyCase reads header fields by names in other cases than
// they were sent. The object itself stays as it was sent.
func TestJQFindsHeadersInAnyCase(t *testing.T) {
	t.Parallel()
	sent := fields{"X-Github-Event": "push", "Host": "example.com"}
	e := env{
		"webhook": lazy{"headers": sent, "body": map[string]any{"headers": map[string]any{"Host": "a"}}},
		"action":  lazy{"call": lazy{"status": 200, "headers": sent}, "made": map[string]any{"headers": map[string]any{"Host": "b"}}},
	}
	for program, want := range map[string]string{
		`$webhook.headers["X-GitHub-Event"]`:                           `["push"]`,
		`$webhook.headers."x-github-event"`:                            `["push"]`,
		`$webhook.headers["X-GITHUB-EVENT", "hOST"]`:                   `["push", "example.com"]`,
		`$webhook.headers.host`:                                        `["example.com"]`,
		`$webhook | .headers as $h | $h.host, $h["HOST"]`:              `["example.com", "example.com"]`,
		`"x-github-event" as $name | $webhook.headers[$name]`:          `["push"]`,
		`{name: "x-github-event"} | $webhook.headers[.name]`:           `["push"]`,
		`{name: "x"} | $webhook.headers[.name]?`:                       `[null]`,
		`$webhook["headers"]["host"]`:                                  `["example.com"]`,
		`$webhook.headers | has("host", "nope")`:                       `[true, false]`,
		`$webhook.headers.host[0:3]`:                                   `["exa"]`,
		`$webhook.headers | keys`:                                      `[["Host", "X-Github-Event"]]`,
		`$webhook.headers`:                                             `[{"Host": "example.com", "X-Github-Event": "push"}]`,
		`[$webhook.headers[]]`:                                         `[["example.com", "push"]]`,
		`$webhook.headers | to_entries | map(.key)`:                    `[["Host", "X-Github-Event"]]`,
		`$webhook.headers | .host = "x" | keys`:                        `[["Host", "X-Github-Event", "host"]]`,
		`$webhook.headers | .host |= "x" | .Host`:                      `["x"]`,
		`$action.call.headers["x-github-event"]`:                       `["push"]`,
		`$action | .call.headers.host`:                                 `["example.com"]`,
		`$webhook.body.headers.host, $action.made.headers.host`:        `[null, null]`,
		`$webhook.headers as {"x-github-event": $e} | $e`:              `["push"]`,
		`$webhook as {headers: {$host, hOST: $h}} | $host, $h`:         `["example.com", "example.com"]`,
		`$webhook.headers as {$hOST: [$x]} ?// {$hOST} | $hOST`:        `["example.com"]`,
		`$webhook.headers as {("host", "x"): $h} | $h`:                 `["example.com", null]`,
		`$webhook.headers as {"h\("ost")": $h} | $h`:                   `["example.com"]`,
		`reduce $webhook.headers as {$host} (""; . + $host)`:           `["example.com"]`,
		`$webhook.body as {headers: {$host}} | $host`:                  `[null]`,
		`$webhook.headers | getpath(["x-github-event"])`:               `["push"]`,
		`$webhook | getpath(["headers", "host"], ["headers", "a"])`:    `["example.com", null]`,
		`[$webhook.headers] | getpath([0, "host"])`:                    `["example.com"]`,
		`$webhook | getpath(["body", "headers", "host"])`:              `[null]`,
		`$webhook | try getpath(["headers", "host", "x"]) catch "no"`:  `["no"]`,
		`$webhook | path(getpath(["headers", "host"]))`:                `[["headers", "Host"]]`,
		`def f: .headers.host; $webhook | f`:                           `["example.com"]`,
		`$webhook.headers | path(.host)`:                               `[["Host"]]`,
		`$webhook | [.headers, .body.headers] | map(.host)`:            `[["example.com", null]]`,
		`try $webhook.headers.host.x.y catch "none"`:                   `["none"]`,
		`[$webhook.headers.host.x?, $webhook.nope.x, .headers.a.b?.c]`: `[[null, null]]`,
	} {
		t.Run(program, func(t *testing.T) {
			t.Parallel()
			p, diags := compileJQ(t, fmt.Sprintf("jq = %q\n", program))
			if diags.HasErrors() {
				t.Fatal(diags)
			}
			got, err := p.Run(context.Background(), e, map[string]any{})
			if err != nil || !value.Equal(got, decode(t, want)) {
				t.Errorf("got %v, %v, want %s", got, err, want)
			}
		})
	}
}

func TestJQPlaces(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, src    string
		line, column int
		length       int
		detail       string
	}{
		{"quoted", "jq = \".a | | .b\"\n", 1, 12, 1, "unexpected token"},
		{"behind escapes", "jq = \"\\\"\\u00e9\\\" | | .b\"\n", 1, 20, 1, "unexpected token"},
		{"heredoc", "jq = <<E\n.a\n| .b\n| | .c\nE\n", 4, 3, 1, "unexpected token"},
		{"flush heredoc", "jq = <<-E\n    .a\n      | | .c\n  E\n", 3, 9, 1, "unexpected token"},
		{"behind an escaped template", "jq = <<E\n\"$${x}\" | |\nE\n", 2, 11, 1, "unexpected token"},
		{"unknown variable", "jq = \".a + $webhok.b\"\n", 1, 12, 7, "Did you mean $webhook?"},
		{"unknown function", "jq = <<-E\n  .a\n  | nosuch(1)\n  E\n", 3, 5, 6, "nosuch/1"},
		{"word inside of another", "jq = \"ascii_upcase | upcase\"\n", 1, 22, 6, "Did you mean \"ascii_upcase\"?"},
		{"slip", "jq = \"legnth\"\n", 1, 7, 6, "Did you mean \"length\"?"},
		{"comma between arguments", "jq = \"sub(1, 2)\"\n", 1, 7, 3, "sub takes 2 or 3 arguments. Separate arguments with semicolons"},
		{"too many arguments", "jq = \"length(.a; .b)\"\n", 1, 7, 6, "length takes no arguments."},
		{"needs a terminal", "jq = \". | debug(1)\"\n", 1, 11, 5, "flows don't have: there is no terminal to write to; use action \"log\""},
		{"double braces", "jq = \"{{ webhook.body.id }}\"\n", 1, 8, 1, "For {{ webhook.body.id }} write $webhook.body.id."},
		{"end", "jq = \"[1\"\n", 1, 8, 1, "unexpected"},
		{"inside umlauts", "jq = \"\\\"äö\\\" | $nope\"\n", 1, 16, 5, "$nope"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, diags := compileJQ(t, tt.src)
			if !diags.HasErrors() {
				t.Fatal("no error")
			}
			d := diags[0]
			if d.Subject.Start.Line != tt.line || d.Subject.Start.Column != tt.column {
				t.Errorf("at %s, want line %d column %d: %s", d.Subject, tt.line, tt.column, d.Detail)
			}
			if n := d.Subject.End.Byte - d.Subject.Start.Byte; n != tt.length {
				t.Errorf("%d bytes are marked, want %d", n, tt.length)
			}
			if !strings.Contains(d.Detail, tt.detail) {
				t.Errorf("detail %q does not say %q", d.Detail, tt.detail)
			}
		})
	}
}

func TestJQEnds(t *testing.T) {
	t.Parallel()
	t.Run("with its context", func(t *testing.T) {
		t.Parallel()
		p, diags := compileJQ(t, "jq = \"def f: f; f\"\n")
		if diags.HasErrors() {
			t.Fatal(diags)
		}
		ctx, cancel := context.WithCancel(context.Background())
		done := make(chan error, 1)
		go func() {
			_, err := p.Run(ctx, run(t), nil)
			done <- err
		}()
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Errorf("error is %v", err)
		}
	})
	t.Run("after too many results", func(t *testing.T) {
		t.Parallel()
		p, diags := compileJQ(t, "jq = \"repeat(1)\"\n")
		if diags.HasErrors() {
			t.Fatal(diags)
		}
		if _, err := p.Run(context.Background(), run(t), nil); !errors.Is(err, expr.ErrTooManyResults) {
			t.Errorf("error is %v", err)
		}
	})
}
