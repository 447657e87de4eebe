package auth

import (
	"slices"
	"testing"

	"github.com/hashicorp/hcl/v2"
)

func TestPayloadIsWhatWasSent(t *testing.T) {
	t.Parallel()
	// Text that an expression would normalize to NFC, bytes that are not UTF-8, and
	// HCL syntax.
	const body = "e\u0301 \xff\x00 ${x} %{if} \r\n"
	cases := []struct{ name, payload, signed string }{
		{"left out", ``, body},
		{"null", `payload = null`, body},
		{"the body", `payload = webhook.raw`, body},
		{"the body in quotes", `payload = "${webhook.raw}"`, body},
		{"the body in parentheses", `payload = (webhook.raw)`, body},
		{"the body by index", `payload = webhook["raw"]`, body},
		{"a header and the body", `payload = "${webhook.headers["X-Time"]}.${webhook.raw}"`, "e\u0301\xff." + body},
		{"headers in any case", `payload = "${webhook.headers["x-TIME"]}${webhook.headers.x-id}${webhook.raw}"`, "e\u0301\xff17" + body},
		{"constants", `payload = "${local.version}:${local.number}:${1 + 2}:${webhook.raw}"`, "v0:7:3:" + body},
		{"a secret", `payload = "${secret.key}${webhook.raw}"`, testKey + body},
		{"a function of constants", `payload = "${lower("ABC")}${webhook.raw}"`, "abc" + body},
		{"a condition of constants", `payload = "%{if local.number > 3}big%{else}small%{endif}${webhook.raw}"`, "big" + body},
		{"the body twice", `payload = "${webhook.raw}${"-${webhook.raw}"}"`, body + "-" + body},
		{"lines", "payload = <<-END\n\t${webhook.headers[\"X-Id\"]}\n\t${webhook.raw}\n\tEND", "17\n" + body + "\n"},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			c := mustDecode(t, "hmac", "secret = secret.key\nheader = \"X-Sig\"\n"+tc.payload)
			r := withBody(body, "X-Time", "e\u0301\xff", "X-Id", "17", "X-Sig", hmacOf(t, "sha256", testKey, tc.signed))
			if err := c.Verify(t.Context(), r); err != nil {
				t.Error(err)
			}
			r.Body = append([]byte("x"), r.Body...)
			if c.Verify(t.Context(), r) == nil {
				t.Error("another body is let in")
			}
		})
	}
}

func TestPayloadNeedsItsHeadersOnce(t *testing.T) {
	t.Parallel()
	c := mustDecode(t, "hmac", "secret = secret.key\nheader = \"X-Sig\"\npayload = \"${webhook.headers[\"X-Id\"]}.${webhook.raw}\"")
	checkAttempts(t, c, []attempt{
		{"once", withBody("b", "X-Id", "1", "X-Sig", hmacOf(t, "sha256", testKey, "1.b")), ""},
		{"empty", withBody("b", "X-Id", "", "X-Sig", hmacOf(t, "sha256", testKey, ".b")), ""},
		{"missing", withBody("b", "X-Sig", hmacOf(t, "sha256", testKey, ".b")), "no X-Id header"},
		{"twice", withBody("b", "X-Id", "1", "X-Id", "2", "X-Sig", hmacOf(t, "sha256", testKey, "1.b")), "more than one X-Id header"},
		{"changed", withBody("b", "X-Id", "2", "X-Sig", hmacOf(t, "sha256", testKey, "1.b")), errMismatch.Error()},
	})
}

func TestPayloadWithAnUnsetSecretLetsNobodyIn(t *testing.T) {
	t.Parallel()
	c := mustDecode(t, "hmac", "secret = secret.key\nheader = \"X-Sig\"\npayload = \"${secret.unset}${webhook.raw}\"")
	checkAttempts(t, c, []attempt{
		{"signed without it", withBody("b", "X-Sig", hmacOf(t, "sha256", testKey, "b")), "the payload reads a secret that is not set"},
	})
}

func TestPayloadWithoutTheBodyWarns(t *testing.T) {
	t.Parallel()
	c, diags := decode(t, "hmac", "secret = secret.key\nheader = \"X-Sig\"\npayload = webhook.headers[\"X-Id\"]")
	if len(diags) != 1 || diags[0].Severity != hcl.DiagWarning || diags[0].Summary != "Body not signed" || place(diags[0].Subject) != "4:11-4:34" {
		t.Errorf("findings: %v", diags)
	}
	if c.NeedsBody() {
		t.Error("the body is asked for, and nothing reads it")
	}
	if !slices.Equal(c.Headers(), []string{"X-Sig"}) {
		t.Errorf("credentials in %q", c.Headers())
	}
	checkAttempts(t, c, []attempt{
		{"signed", withHeader("X-Id", "1", "X-Sig", hmacOf(t, "sha256", testKey, "1")), ""},
		{"another", withHeader("X-Id", "2", "X-Sig", hmacOf(t, "sha256", testKey, "1")), errMismatch.Error()},
	})
}

func TestPayloadFindsMistakes(t *testing.T) {
	t.Parallel()
	const head = "secret = secret.key\nheader = \"X-Sig\"\n"
	const notPart, cure = "Not part of what is signed", "may hold only text"
	checkFindings(t, "hmac", []finding{
		{"the parsed body", head + `payload = webhook.body`, hcl.DiagError, notPart, "webhook.raw is the raw body.", "4:11-4:23"},
		{"a member of the body", head + `payload = "${webhook.body.id}.${webhook.raw}"`, hcl.DiagError, notPart, cure, "4:14-4:29"},
		{"another name", head + `payload = "${webhook.remote_ip}${webhook.raw}"`, hcl.DiagError, notPart, cure, "4:14-4:31"},
		{"a part of the method", head + `payload = "${webhook.method.x}${webhook.raw}"`, hcl.DiagError, "Unknown name", "has no members", "4:28-4:30"},
		{"a time that is nowhere", head + `payload = "${timestamp}.${webhook.raw}"`, hcl.DiagError, "No time to sign", "timestamp_header", "4:11-4:40"},
		{"a function", head + `payload = "${lower(webhook.headers["X-Id"])}.${webhook.raw}"`, hcl.DiagError, notPart, cure, "4:14-4:44"},
		{"a function of the body", head + `payload = trimspace(webhook.raw)`, hcl.DiagError, notPart, cure, "4:11-4:33"},
		{"a condition", head + `payload = webhook.method == "POST" ? webhook.raw : "x"`, hcl.DiagError, notPart, cure, "4:11-4:55"},
		{"a header chosen by a name", head + `payload = "${webhook.headers[local.version]}${webhook.raw}"`, hcl.DiagError, notPart, cure, "4:14-4:44"},
		{"a header chosen by the request", head + `payload = "${webhook.headers[webhook.method]}${webhook.raw}"`, hcl.DiagError, notPart, cure, "4:14-4:45"},
		{"a header that can't be", head + `payload = "${webhook.headers["X Id"]}${webhook.raw}"`, hcl.DiagError, "Not a header field", "letters, digits", "4:14-4:37"},
		{"the host", head + `payload = "${webhook.headers.Host}${webhook.raw}"`, hcl.DiagError, "Not a header field", "removes it", "4:14-4:34"},
		{"a text", head + `payload = "body"`, hcl.DiagError, "Payload always the same", "Add webhook.raw.", "4:11-4:17"},
		{"an empty text", head + `payload = ""`, hcl.DiagError, "Payload always the same", "Add webhook.raw.", "4:11-4:13"},
		{"an unset secret alone", head + `payload = secret.unset`, hcl.DiagError, "Payload always the same", "Add webhook.raw.", "4:11-4:23"},
		{"a null part", head + `payload = "${local.null}${webhook.raw}"`, hcl.DiagError, "Null in a text", "null", "4:14-4:24"},
		{"an unknown name", head + `payload = "${webhook.row}"`, hcl.DiagError, "Unknown name", "raw", "4:21-4:25"},
		{"a reference of other tools", head + `payload = "{{body}}${webhook.raw}"`, hcl.DiagWarning, "Not a reference", "plain text here", "4:12-4:20"},
	})
}
