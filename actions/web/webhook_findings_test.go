package web_test

import (
	"testing"

	"github.com/webhook-gateway/gateway/internal/testutil/actiontest"
)

func TestWebhookFindings(t *testing.T) {
	t.Parallel()
	const at = "url = \"https://crm.example.com/users\"\n"
	cases := []struct{ name, hcl, summary, detail string }{
		{"fine", at + `field "a" {}`, "", ""},
		{"no URL", `field "a" {}`, "Missing attribute", `"url"`},
		{"a URL of the run", "url = webhook.body.url\nfield \"a\" {}", "", ""},
		{"a value of the run", "url = \"https://crm.example.com/users/${webhook.body.id}?a=__a__\"\nfield \"a\" {}", "", ""},
		{"a value in the host", "url = \"https://${webhook.body.region}.example.com/?a=__a__\"\nfield \"a\" {}", "Value in the host", "choose the server"},
		{"a value in the port", "url = \"https://crm.example.com:${webhook.body.port}/\"\nfield \"a\" {}", "Value in the host", ""},
		{"a value in the user", "url = \"https://${webhook.body.user}@crm.example.com/\"\nfield \"a\" {}", "Value in the host", ""},
		{"unknown placeholder beside a value", "url = \"https://crm.example.com/${webhook.body.id}/__b__\"\nfield \"a\" {}", "Unknown placeholder", `"b"`},
		{"unknown placeholder of one branch", "url = webhook.body.eu ? \"https://eu.example.com/\" : \"https://us.example.com/__b__\"\nfield \"a\" {}", "Unknown placeholder", `"b"`},
		{"unknown placeholder behind a value", "url = \"${webhook.body.base}/__b__\"\nfield \"a\" {}", "Unknown placeholder", `"b"`},
		{"placeholder in the host before a value", "url = \"https://__a__.example.com/${webhook.body.id}\"\nfield \"a\" {}", "Placeholder in the host", ""},
		{"user in the URL with a value", "url = \"https://user:word@crm.example.com/${webhook.body.id}\"\nfield \"a\" {}", "Wrong URL", "basic"},
		{"path with a connection and a value", "connection = connection.http.crm\nurl = \"/users/${webhook.body.id}/__a__\"\nfield \"a\" {}", "", ""},
		{"no fields", at, "Nothing to send", `field "NAME"`},
		{"unknown placeholder", "url = \"https://crm.example.com/__vornam__\"\nfield \"first_name\" { param = \"vorname\" }", "Unknown placeholder", `Did you mean "vorname"?`},
		{"placeholder by the field's name", "url = \"https://crm.example.com/?a=__first_name__\"\nfield \"first_name\" { param = \"vorname\" }", "Unknown placeholder", `"first_name"`},
		{"two placeholders", "url = \"https://crm.example.com/__a__/__b__?c=__a____b__\"\nfield \"a\" {}\nfield \"b\" {}", "", ""},
		{"underscores that are meant", "url = \"https://crm.example.com/%5F%5Finit__/x__y\"\nfield \"a\" {}", "", ""},
		{"placeholder in the host", "url = \"https://__a__.example.com/\"\nfield \"a\" {}", "Placeholder in the host", "the server of the request"},
		{"placeholder in the user", "url = \"https://__a__@example.com/\"\nfield \"a\" {}", "Placeholder in the host", ""},
		{"nothing but a placeholder", "url = \"__a__\"\nfield \"a\" {}", "Placeholder in the host", ""},
		{"a secret with an unknown placeholder", "url = \"https://x.example.com/${secret.shop_token}/__b__\"\nfield \"a\" {}", "Unknown placeholder", "which is a secret"},
		{"user in the URL", "url = \"https://user:word@crm.example.com/\"\nfield \"a\" {}", "Wrong URL", "basic"},
		{"path without a connection", "url = \"/users\"\nfield \"a\" {}", "Wrong URL", `"https://"`},
		{"path with a connection", "connection = connection.http.crm\nurl = \"/users/__a__\"\nfield \"a\" {}", "", ""},
		{"method", at + "method = \"PUT\"\nfield \"a\" {}", `Wrong value for "method"`, "GET"},
		{"encoding", at + "encoding = \"xml\"\nfield \"a\" {}", `Wrong value for "encoding"`, "json"},
		{"encoding of nothing", at + "method = \"GET\"\nencoding = \"json\"\nfield \"a\" {}", "Encoding of nothing", "query"},
		{"one name twice", at + "field \"a\" {}\nfield \"b\" { param = \"a\" }", "Field sent twice", `"a"`},
		{"no label", at + "field {}", "Missing label", "NAME"},
		{"throttle without a key", at + "field \"a\" {}\nthrottle { every = \"6h\" }", "Missing attribute", `"key"`},
		{"short window", at + "field \"a\" {}\nthrottle {\nkey = \"a\"\nevery = \"1ms\"\n}", "Wrong value", "1s"},
		{"sign without a kind", at + "field \"a\" {}\nsign { secret = \"a\" }", "Missing label", "standard_webhooks"},
		{"unknown kind of sign", at + "field \"a\" {}\nsign \"hmca\" { secret = \"a\" }", "Unknown kind of sign", "hmac"},
		{"signed twice", at + "field \"a\" {}\nsign \"standard_webhooks\" { secret = secret.key }\nsign \"standard_webhooks\" { secret = secret.key }", "Block given twice", ""},
		{"statuses", at + "field \"a\" {}\nsuccess = \"ok\"", "Wrong statuses", "200"},
		{"header", at + "field \"a\" {}\nheaders = { \"a b\" = \"x\" }", "Wrong header", ""},
		{"redirects", at + "field \"a\" {}\nredirects = 21", "Wrong value", "20"},
		{"see_other without redirects", at + "field \"a\" {}\nredirects = 0\nsee_other = true", "No redirects to follow", "see_other"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := actiontest.New(t)
			b.Secrets["key"] = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
			b.Connections["crm"] = `base_url = "https://crm.example.com/api"`
			_, diags := b.Compile(actiontest.Action("webhook", c.hcl) + `action "respond" "done" {}`)
			actiontest.CheckFinding(t, diags, c.summary, c.detail)
		})
	}
	if _, found := compileWebhook(actiontest.New(t), "url = \"https://crm.example.com/__email__\"\nfield \"email\" { param = \"mail\" }"); found == "" {
		t.Error("a placeholder under the field's own name is not found")
	}
}
