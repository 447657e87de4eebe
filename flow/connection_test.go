package flow_test

import (
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/clock"
)

// server and mailer are two kinds of connections.
type server struct{ name string }

func (*server) Describe(s *schema.Spec) { s.Doc = "A server." }

type mailer struct{}

func (*mailer) Describe(s *schema.Spec) { s.Doc = "A mailer." }

// user is a block that uses a server.
type user struct{ server *server }

func (u *user) Describe(s *schema.Spec) {
	s.Doc = "Uses a server."
	flow.UseConnection(s, &u.server, "server", "The server.")
}

func TestUseConnection(t *testing.T) {
	t.Parallel()
	own := &server{name: "own"}
	consts := map[string]cty.Value{
		"connection": cty.ObjectVal(map[string]cty.Value{
			"server": cty.ObjectVal(map[string]cty.Value{"own": flow.ConnectionValue("server", "own", own), "broken": cty.DynamicVal}),
			"mailer": cty.ObjectVal(map[string]cty.Value{"post": flow.ConnectionValue("mailer", "post", &mailer{})}),
		}),
		"secret": cty.ObjectVal(map[string]cty.Value{"s": cty.StringVal("x").Mark(expr.Sensitive)}),
	}
	cases := []struct {
		value, summary, detail string
		want                   *server
	}{
		{"connection.server.own", "", "", own},
		{`connection.server["own"]`, "", "", own},
		{"null", "", "", nil},
		{"connection.server.broken", "", "", nil},
		{"connection.mailer.post", "Wrong kind of connection", `connection.mailer.post is of kind "mailer"`, nil},
		{"connection.server", "Not a connection", "connection.server.NAME", nil},
		{`"own"`, "Not a connection", "connection.server.NAME", nil},
		{"secret.s", "Not a connection", "connection.server.NAME", nil},
		{"connection.server.on", "Unknown name", `Did you mean "own"`, nil},
	}
	for _, c := range cases {
		file, diags := hclsyntax.ParseConfig([]byte("use {\n  connection = "+c.value+"\n}\n"), "test.hcl", hcl.InitialPos)
		if diags.HasErrors() {
			t.Fatal(diags)
		}
		u := &user{}
		diags = schema.Decode(&schema.Context{Scope: expr.NewScope(consts, nil, clock.System{})}, u, file.Body.(*hclsyntax.Body).Blocks[0])
		if u.server != c.want {
			t.Errorf("%s: got %v", c.value, u.server)
		}
		if c.summary == "" && len(diags) > 0 || c.summary != "" && (len(diags) != 1 || diags[0].Summary != c.summary || !strings.Contains(diags[0].Detail, c.detail)) {
			t.Errorf("%s: findings %v", c.value, diags)
		}
	}
}

func TestOnlyConnection(t *testing.T) {
	t.Parallel()
	own, other := flow.ConnectionValue("server", "own", &server{name: "own"}), flow.ConnectionValue("server", "other", &server{name: "other"})
	cases := []struct {
		name  string
		conns map[string]cty.Value
		count int
		known bool
	}{
		{"none at all", nil, 0, true},
		{"none of the kind", map[string]cty.Value{"mailer": cty.ObjectVal(map[string]cty.Value{"post": flow.ConnectionValue("mailer", "post", &mailer{})})}, 0, true},
		{"one", map[string]cty.Value{"server": cty.ObjectVal(map[string]cty.Value{"own": own})}, 1, true},
		{"two", map[string]cty.Value{"server": cty.ObjectVal(map[string]cty.Value{"own": own, "other": other})}, 2, true},
		{"one with findings", map[string]cty.Value{"server": cty.ObjectVal(map[string]cty.Value{"own": cty.DynamicVal})}, 1, false},
		{"kind with findings", map[string]cty.Value{"server": cty.DynamicVal}, 0, false},
	}
	for _, c := range cases {
		scope := expr.NewScope(map[string]cty.Value{"connection": cty.ObjectVal(c.conns)}, nil, clock.System{})
		conn, count, known := flow.OnlyConnection[*server](scope, "server")
		if count != c.count || known != c.known || c.count == 1 && c.known && conn.name != "own" {
			t.Errorf("%s: connection %v, count %d, known %v", c.name, conn, count, known)
		}
	}
	if _, count, known := flow.OnlyConnection[*server](expr.NewScope(nil, nil, clock.System{}), "server"); count != 0 || !known {
		t.Errorf("without connections: count %d, known %v", count, known)
	}
}
