package actions_test

import (
	"testing"

	"github.com/webhook-gateway/gateway/internal/testutil/actiontest"
	"github.com/webhook-gateway/gateway/internal/testutil/certtest"
)

// TestFindings compares the findings at load: the summary, words of the
// detail, and the place.
func TestFindings(t *testing.T) {
	t.Parallel()
	const http = `url = "https://api.example.com/"` + "\n"
	cases := []struct {
		name, kind, hcl string
		summary, detail string // "": no finding
		at              string // what the finding underlines; "" for anything
	}{
		{"url missing", "http", ``, "Missing attribute", `"url" is required, unless there is a connection`, ""},
		{"url relative", "http", `url = "/orders"`, "Wrong URL", `must begin with "https://"`, `"/orders"`},
		{"url of another scheme", "http", `url = "ftp://example.com/"`, "Wrong URL", `must begin with "https://"`, ""},
		{"url with a user", "http", `url = "https://a:b@example.com/"`, "Wrong URL", `basic { … }`, ""},
		{"url without a host", "http", `url = "https:///x"`, "Wrong URL", "no host", ""},
		{"url in a secret", "http", `url = secret.shop_password`, "Wrong URL", `must begin with "https://"`, "secret.shop_password"},
		{"url of the run", "http", `url = webhook.body.url`, "", "", ""},
		{"url not known", "http", `url = secret.unset`, "", "", ""},
		{"method", "http", http + `method = "post"`, "Wrong method", "capital letters", `"post"`},
		{"method CONNECT", "http", http + `method = "CONNECT"`, "Wrong method", "tunnels", ""},
		{"two bodies", "http", http + "json = {}\ntext = \"x\"", "Two bodies", `in "json"`, `"x"`},
		{"type without a body", "http", http + `content_type = "text/css"`, "Type without a body", "no body", ""},
		{"type with a line break", "http", http + "text = \"x\"\ncontent_type = \"a\\nb\"", "Wrong type of content", "line break", ""},
		{"not base64", "http", http + `body_base64 = "a"`, "Wrong body", "RFC 4648", ""},
		{"base64 in a secret", "http", http + `body_base64 = secret.shop_token`, "Wrong body", "details are hidden", ""},
		{"form", "http", http + `form = { a = [[1]] }`, "Wrong body", `"a" holds a list in a list`, ""},
		{"query", "http", http + `query = { a = { b = 1 } }`, "Wrong query", `"a" holds an object`, ""},
		{"json", "http", http + `json = 1e900 * 1e900`, "Wrong body", "can't be written as JSON", ""},
		{"success", "http", http + `success = "2xx"`, "Wrong statuses", `"2xx" is not a status`, `"2xx"`},
		{"success backwards", "http", http + `success = "299-200"`, "Wrong statuses", "not a status or a range", ""},
		{"success as a number", "http", http + `success = 204`, "", "", ""},
		{"redirects", "http", http + `redirects = -1`, "Wrong value", "from 0 to 20", ""},
		{"max_response", "http", http + `max_response = "2GiB"`, "Wrong value", "1GiB", ""},
		{"header", "http", http + `headers = { "a b" = "c" }`, "Wrong header", `begins with "a"`, ""},
		{"header of the connection", "http", http + `headers = { content-length = "1" }`, "Wrong header", "written by the gateway", ""},
		{"not a connection", "http", `connection = "shop"`, "Not a connection", "connection.http.NAME", ""},
		{"unknown connection", "http", `connection = connection.http.shpo`, "Unknown name", `Did you mean "shop"`, ""},
		{"connection alone", "http", `connection = connection.http.shop`, "", "", ""},
		{"connection and path", "http", "connection = connection.http.shop\nurl = \"/x\"", "", "", ""},
		{"connection and another server", "http", "connection = connection.http.shop\nurl = \"https://evil.example.com/\"", "Wrong URL", "another server than its connection, https://shop.example.com", ""},
		{"connection and a step up", "http", "connection = connection.http.shop\nurl = \"../x\"", "Wrong URL", "lead out of", ""},
		{"connection that is not known yet", "http", "connection = connection.http.unset\nurl = \"/x\"", "", "", ""},

		{"no case", "branch", `default {}`, "Branch without a case", "at least one case", ""},
		{"case twice", "branch", "case \"a\" { when = webhook.body.x }\ncase \"a\" { when = webhook.body.y }", "Case named twice", "on line 4", `"a"`},
		{"case called default", "branch", `case "default" { when = true }`, "Not a name of a case", "default { … }", ""},
		{"case without a name", "branch", `case { when = true }`, "Missing label", "Case needs a label", ""},
		{"case without when", "branch", `case "a" {}`, "Missing attribute", `"when" is required`, ""},
		{"case whose when is null", "branch", `case "a" { when = null }`, "Missing value", "", "null"},
		{"case whose when is no bool", "branch", `case "a" { when = [1] }`, "Wrong type", "", ""},
		{"default twice", "branch", "case \"a\" { when = true }\ndefault {}\ndefault {}", "Block given twice", "", ""},
		{"default first", "branch", "default {}\ncase \"a\" { when = true }", "", "", ""},
		{"case that is never chosen", "branch", "case \"a\" { when = false }", "Actions never run", "always false", "false"},
		{"case behind one that always is", "branch", "case \"a\" { when = true }\ncase \"b\" { when = webhook.body.x }\ndefault {}", "Actions never run", "case \"a\" is always true", `case "b"`},

		{"stop", "stop", `status = "done"`, "Wrong value", `"done" is not one of "succeeded", "failed"`, ""},
		{"log level", "log", "level = \"warning\"\nmessage = \"x\"", "Wrong value", `"warning" is not one of "debug"`, ""},
		{"log without a message", "log", ``, "Missing attribute", "message", ""},
		{"respond with two bodies", "respond", "json = {}\nbody = \"x\"", "Two bodies", "", ""},
		{"respond with a body and 204", "respond", "status = 204\njson = {}", "Answer without a body", "204", ""},
		{"respond with no status of an answer", "respond", `status = 199`, "Wrong status", "200 to 599", ""},
		{"respond with a line break in a header", "respond", `headers = { a = "b\nc" }`, "Wrong header", "line break", ""},
		{"respond then", "respond", `then = "go on"`, `Wrong value for "then"`, "continue", ""},
		{"delay too long", "delay", `for = "400d"`, "Delay too long", "366", ""},
		{"file without a path", "file", `content = "x"`, "Missing attribute", "path", ""},
		{"file without content", "file", `path = "a"`, "Missing attribute", `"content" or "content_base64"`, ""},
		{"file with two contents", "file", "path = \"a\"\ncontent = \"x\"\ncontent_base64 = \"eA==\"", "Two contents", `in "content"`, `"eA=="`},
		{"file with no base64", "file", "path = \"a\"\ncontent_base64 = \"x\"", "Wrong content", "RFC 4648", ""},
		{"file outside", "file", "path = \"../a\"\ncontent = \"x\"", "Wrong path", "leads out of the folder", `"../a"`},
		{"file that is a folder", "file", "path = \"a/\"\ncontent = \"x\"", "Wrong path", "names a folder", ""},
		{"file that is the folder", "file", "path = \"a/..\"\ncontent = \"x\"", "Wrong path", "names a folder", ""},
		{"file without a name", "file", "path = \"\"\ncontent = \"x\"", "Wrong path", "empty", ""},
		{"file whose path is a secret", "file", "path = \"../${secret.shop_token}\"\ncontent = \"x\"", "Wrong path", "details are hidden", ""},
		{"file of the run", "file", "path = webhook.body.x\ncontent = webhook.raw", "", "", ""},
		{"mode of a file", "file", "path = \"a\"\ncontent = \"x\"\nmode = \"add\"", `Wrong value for "mode"`, `"write", "append"`, ""},

		{"no command", "exec", ``, "Missing attribute", "command", ""},
		{"empty command", "exec", `command = []`, "Command without a program", "first element", ""},
		{"command that is a text", "exec", `command = "ls -l"`, "Wrong type", "", ""},
		{"program of the run", "exec", `command = [webhook.body.x, "a"]`, "Program not fixed", "first element", "webhook.body.x"},
		{"command of the run", "exec", `command = webhook.body.command`, "Program not fixed", "first element", ""},
		{"program in a secret", "exec", `command = [secret.shop_token]`, "Program not fixed", "", ""},
		{"program on a relative path", "exec", `command = ["./run.sh"]`, "Wrong program", "absolute path", ""},
		{"program without a name", "exec", `command = [""]`, "Wrong program", "absolute path", ""},
		{"arguments of the run", "exec", `command = ["ls", webhook.body.x, "${webhook.body.y}z"]`, "", "", ""},
		{"zero byte", "exec", `command = ["ls", "a\u0000b"]`, "Wrong command", "Element 1", ""},
		{"script of the run", "exec", `command = ["sh", "-c", "echo ${webhook.body.x}"]`, "Values of the run in a script", `echo \"$1\"`, `"echo ${webhook.body.x}"`},
		{"script and arguments", "exec", `command = ["/bin/sh", "-c", "echo \"$1\"", "sh", webhook.body.x]`, "", "", ""},
		{"variable", "exec", "command = [\"ls\"]\nenv = { \"A=B\" = \"c\" }", "Wrong environment", `"A=B"`, ""},
		{"relative dir", "exec", "command = [\"ls\"]\ndir = \"tmp\"", "Wrong folder", "absolute", ""},
		{"exit codes", "exec", "command = [\"ls\"]\nsuccess = \"0-256\"", "Wrong exit codes", "from 0 to 255", ""},
		{"exit codes that are none", "exec", "command = [\"ls\"]\nsuccess = \"ok\"", "Wrong exit codes", `"ok" is not an exit code`, ""},
		{"max_output", "exec", "command = [\"ls\"]\nmax_output = \"1GiB\"", "Wrong value", "256MiB", ""},

		{"jq", "transform", `jq = ".a |"`, "Invalid jq program", "", ""},
		{"jq of the run", "transform", `jq = webhook.body.jq`, "Program not fixed", "", ""},
		{"no time", "log", "message = \"x\"\ntimeout = \"0s\"", "Wrong value", "longer than 0s", ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := actiontest.New(t)
			b.Connections["shop"] = "base_url = \"https://shop.example.com/v1\"\nbearer { token = secret.shop_token }"
			b.Connections["unset"] = `base_url = secret.unset`
			src := actiontest.Action(c.kind, c.hcl)
			_, diags := b.Compile(src + `action "respond" "last" {}`)
			actiontest.CheckFinding(t, diags, c.summary, c.detail)
			if c.at != "" && len(diags) > 0 {
				prefix := "flow \"test\" {\ntrigger \"test\" {}\n"
				if got := string(diags[0].Subject.SliceBytes([]byte(prefix + src))); got != c.at {
					t.Errorf("the finding underlines %q, want %q", got, c.at)
				}
			}
		})
	}
}

func TestConnectionFindings(t *testing.T) {
	t.Parallel()
	const base = `base_url = "https://api.example.com"` + "\n"
	pair, other := certtest.New(t, "a.example.com"), certtest.New(t, "b.example.com")
	cases := []struct{ name, hcl, summary, detail string }{
		{"no URL", ``, "Missing attribute", "base_url"},
		{"relative URL", `base_url = "/v1"`, "Wrong URL", `"https://"`},
		{"query", `base_url = "https://api.example.com/?a=1"`, "Wrong URL", "no query"},
		{"user", `base_url = "https://a@api.example.com/"`, "Wrong URL", "basic"},
		{"secret URL", `base_url = secret.shop_password`, "Wrong URL", `"https://"`},
		{"two credentials", base + "bearer { token = \"x\" }\nquery {\n name = \"a\"\n value = \"b\"\n}", "Two credentials", "headers"},
		{"bearer twice", base + "bearer { token = \"x\" }\nbearer { token = \"y\" }", "Block given twice", ""},
		{"colon", base + "basic {\n username = \"a:b\"\n password = \"c\"\n}", "Wrong user name", "colon"},
		{"line break in a token", base + `bearer { token = "${secret.shop_password}\n" }`, "Wrong header", "line break"},
		{"name of a header", base + "header {\n name = \"a b\"\n value = \"c\"\n}", "Wrong header", `begins with "a"`},
		{"headers", base + `headers = { "ü" = "x" }`, "Wrong header", "not allowed in names"},
		{"depends on a run", `base_url = webhook.body`, "Unknown name", "webhook"},
		{"password unset", base + "basic {\n username = \"a\"\n password = secret.unset\n}", "", ""},
		{"file name as an authority", base + `tls { ca = "ca.pem" }`, "No certificate", `ca = file("ca.pem")`},
		{"certificate alone", base + "tls { cert = file(\"cert.pem\") }", "Half a client certificate", "belong together"},
		{"another key", base + "tls {\n cert = file(\"cert.pem\")\n key = file(\"other.pem\")\n}", "No client certificate", "file"},
		{"tls", base + "tls {\n cert = file(\"cert.pem\")\n key = file(\"key.pem\")\n}", "", ""},
		{"unchecked", base + `tls { insecure_skip_verify = true }`, "Certificates are not checked", "ca"},
		{"TLS on http", "base_url = \"http://api.example.com\"\ntls { server_name = \"x\" }", "TLS without https", "no effect"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := actiontest.New(t)
			b.Files = map[string]string{"cert.pem": pair.Cert, "key.pem": pair.Key, "other.pem": other.Key}
			b.Connections["c"] = c.hcl
			_, diags := b.Scope()
			actiontest.CheckFinding(t, diags, c.summary, c.detail)
		})
	}
}
