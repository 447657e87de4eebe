package mail_test

import (
	"testing"

	"github.com/webhook-gateway/gateway/internal/testutil/actiontest"
)

// TestEmailFindings compares the findings of an action "email" at load.
func TestEmailFindings(t *testing.T) {
	t.Parallel()
	const to, sayT = "to = \"a@example.com\"\n", "subject = \"s\"\ntext = \"t\"\n"
	cases := []struct {
		name, hcl       string
		summary, detail string // "": no finding
		at              string // what the finding underlines; "" for anything
	}{
		{"mail to nobody", "subject = \"s\"\ntext = \"t\"", "Missing attribute", `"to" is required`, ""},
		{"mail without words", "to = \"a@example.com\"\nsubject = \"s\"", "Missing attribute", `as "html" or as both`, ""},
		{"mail without a subject", "to = \"a@example.com\"\ntext = \"t\"", "Missing attribute", `"subject" is required`, ""},
		{"mail to no address", "to = [\"a@example.com\", \"jane\"]\nsubject = \"s\"\ntext = \"t\"", "Wrong address", `"jane" is not an e-mail address`, ""},
		{"mail to a list in a text", "to = \"a@example.com, b@example.com\"\nsubject = \"s\"\ntext = \"t\"", "Wrong address", "several as a list", ""},
		{"mail to a number", "to = 5\nsubject = \"s\"\ntext = \"t\"", "Wrong address", "not of type number", ""},
		{"mail to an odd object", "to = { mail = \"a@example.com\" }\nsubject = \"s\"\ntext = \"t\"", "Wrong address", `{ name = "Jane"`, ""},
		{"mail to a secret", "to = secret.shop_token\nsubject = \"s\"\ntext = \"t\"", "Wrong address", "details are hidden", ""},
		{"mail from two", "from = [\"a@example.com\"]\nto = \"a@example.com\"\nsubject = \"s\"\ntext = \"t\"", "Wrong address", "type array", ""},
		{"mail with a subject of two lines", "to = \"a@example.com\"\nsubject = \"a\\nb\"\ntext = \"t\"", "Wrong subject", "line break", ""},
		{"mail with a header of the gateway", to + sayT + "headers = { bcc = \"b@example.com\" }", "Wrong header", `use "bcc"`, ""},
		{"mail that is too large", to + sayT + "max_size = \"2GiB\"", "Wrong value", "1GiB", ""},
		{"attachment without content", to + sayT + "attachment \"a\" {}", "Missing attribute", "content_base64", `attachment "a"`},
		{"attachment with two", to + sayT + "attachment \"a\" {\ncontent = \"x\"\ncontent_base64 = \"eA==\"\n}", "Two contents", `in "content"`, `"eA=="`},
		{"attachment on a path", to + sayT + "attachment \"a/b\" { content = \"x\" }", "Wrong name of a file", "slash", `"a/b"`},
		{"picture with a space", to + sayT + "attachment \"a b\" {\ncontent = \"x\"\ninline = true\n}", "Wrong name of a picture", "letters", `"a b"`},
		{"attachment of no type", to + sayT + "attachment \"a\" {\ncontent = \"x\"\ncontent_type = \"pdf\"\n}", "Wrong type of content", "application/pdf", `"pdf"`},
		{"attachment in no base64", to + sayT + "attachment \"a\" { content_base64 = \"x\" }", "Wrong content", "RFC 4648", `"x"`},
		{"no mail server", to + sayT + "connection = connection.http.shop", "Wrong kind of connection", "connection.smtp.NAME", ""},
		{"everything of the run", "to = webhook.body.to\nfrom = webhook.body.from\nsubject = webhook.body.s\nhtml = webhook.body.html\nheaders = webhook.body.headers\nattachment \"x\" { content = webhook.body.x }", "", "", ""},
		{"null for a connection", to + sayT + "connection = null", "", "", ""},
		{"unescaped", to + "subject = \"s\"\nhtml = unescaped(webhook.body.html)", "", "", ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := actiontest.New(t)
			b.Connections["smtp.mail"] = "host = \"smtp.example.com\"\nfrom = \"shop@example.com\""
			b.Connections["shop"] = `base_url = "https://shop.example.com"`
			src := actiontest.Action("email", c.hcl)
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

// TestEmailFindsItsConnection: the only mail server is taken where none is
// named, and nothing is guessed where there are several or none.
func TestEmailFindsItsConnection(t *testing.T) {
	t.Parallel()
	const one = "host = \"smtp.example.com\"\nfrom = \"a@example.com\""
	cases := []struct {
		name        string
		connections map[string]string
		more        string
		summary     string
		detail      string
	}{
		{"the only one", map[string]string{"smtp.a": one}, "", "", ""},
		{"none", nil, "", "No mail server", `connection "smtp" "NAME"`},
		{"two", map[string]string{"smtp.a": one, "smtp.b": one}, "", "Missing attribute", "There are 2 mail servers"},
		{"one of two", map[string]string{"smtp.a": one, "smtp.b": one}, "connection = connection.smtp.b", "", ""},
		{"no sender", map[string]string{"smtp.a": `host = "smtp.example.com"`}, "", "Missing attribute", `"from" is required`},
		{"sender of its own", map[string]string{"smtp.a": `host = "smtp.example.com"`}, `from = "a@example.com"`, "", ""},
		{"password that is not set", map[string]string{"smtp.a": one + "\nusername = \"a\"\npassword = secret.unset"}, "", "", ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := actiontest.New(t)
			b.Connections = c.connections
			_, diags := b.Compile(actiontest.Action("email", toJane+c.more) + `action "respond" "last" {}`)
			actiontest.CheckFinding(t, diags, c.summary, c.detail)
		})
	}
}

func TestSMTPConnectionFindings(t *testing.T) {
	t.Parallel()
	const host = "host = \"smtp.example.com\"\n"
	cases := []struct{ name, hcl, summary, detail string }{
		{"all of it", host + "port = 2525\nusername = \"u\"\npassword = secret.shop_password\nauth = \"login\"\nhelo = \"gw.example.com\"\ntls = \"tls\"\nfrom = \"A <a@example.com>\"\ntimeout = \"5s\"\nidle = \"0s\"\nconnections = 1", "", ""},
		{"no host", ``, "Missing attribute", "host"},
		{"host with a port", `host = "smtp.example.com:587"`, "Wrong host", "without a port"},
		{"host that is a URL", `host = "smtp://example.com"`, "Wrong host", "without a port"},
		{"host in a secret", `host = secret.shop_password`, "Secret in the open", ""},
		{"address", `host = "2001:db8::1"`, "", ""},
		{"host of another script", `host = "mail.büro.example"`, "", ""},
		{"host of letters that no domain has", `host = "mail.bü ro.example"`, "Wrong host", "without a port"},
		{"port", host + `port = 70000`, "Wrong port", "65535"},
		{"port zero", host + `port = 0`, "Wrong port", "65535"},
		{"user alone", host + `username = "u"`, "Half a login", "belong together"},
		{"password alone", host + `password = secret.shop_password`, "Half a login", "belong together"},
		{"auth alone", host + `auth = "plain"`, "Login without a user", "username"},
		{"auth", host + `auth = "ntlm"`, `Wrong value for "auth"`, "scram-sha-256"},
		{"tls", host + `tls = true`, `Wrong value for "tls"`, "starttls"},
		{"password in the open", host + "tls = \"none\"\nusername = \"u\"\npassword = secret.shop_password", "Password in the open", "starttls"},
		{"certificates without TLS", host + "tls = \"none\"\ncertificates { server_name = \"x\" }", "Certificates without TLS", "no effect"},
		{"unchecked", host + `certificates { insecure_skip_verify = true }`, "Certificates are not checked", "ca"},
		{"greeting", host + `helo = "a b"`, "Wrong name", "gateway.example.com"},
		{"sender", host + `from = "shop"`, "Wrong sender", "not an e-mail address"},
		{"time", host + `timeout = "0s"`, "Wrong value", "more time than none"},
		{"connections", host + `connections = 0`, "Wrong value", "from 1 to 100"},
		{"idle", host + `idle = "-1s"`, "Wrong value", ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := actiontest.New(t)
			b.Connections["smtp.c"] = c.hcl
			_, diags := b.Scope()
			actiontest.CheckFinding(t, diags, c.summary, c.detail)
		})
	}
}
