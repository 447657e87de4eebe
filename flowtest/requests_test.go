package flowtest_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/webhook-gateway/gateway/flowtest"
)

const asked = `
secret "shop" { env = "SHOP" }
secret "other" { env = "OTHER" }
flow "asked" {
  trigger "webhook" {
    path          = "/asked/{shop}"
    methods       = ["POST", "PUT"]
    allow_ips     = ["192.0.2.0/24", "2001:db8::/32"]
    auth "hmac" {
      secret = secret.shop
      header = "X-Signature"
      prefix = "sha256="
    }
    auth "bearer" { token = secret.other }
  }
  action "log" "say" {
    message = join(" ", [webhook.method, webhook.path.shop, webhook.query.page, webhook.headers["X-Mark"], webhook.remote_ip, env("REGION", "none")])
  }
}
`

func TestRequests(t *testing.T) {
	t.Parallel()
	passes(t, asked, `
env     = { REGION = "eu" }
secrets = { other = "a-token-of-the-test" }
test "all parts of a request" {
  flow = "asked"
  request {
    method         = "PUT"
    path           = "/asked/north"
    query          = { page = 2 }
    headers        = { X-Mark = "m" }
    remote_address = "2001:db8::7"
    json           = { a = 1 }
  }
  expect { run = "succeeded" }
  assert { condition = input.say.message == "PUT north 2 m 2001:db8::7 eu" }
}
test "the environment of one test" {
  flow = "asked"
  env  = { REGION = "us" }
  request {
    path    = "/asked/north"
    query   = { page = [3] }
    headers = { X-Mark = "m" }
  }
  assert { condition = endswith(input.say.message, "3 m 192.0.2.1 us") }
}
test "an address that is not allowed" {
  flow = "asked"
  request {
    path           = "/asked/north"
    remote_address = "198.51.100.1"
  }
  expect { status = 403 }
}
test "signed by the other auth" {
  flow = "asked"
  request {
    path    = "/asked/north"
    auth    = "bearer"
    query   = { page = 1 }
    headers = { X-Mark = "m" }
  }
  expect { run = "succeeded" }
}
test "a header made by hand" {
  flow = "asked"
  request "hmac" {
    path    = "/asked/north"
    query   = { page = 1 }
    signed  = false
    json    = "{ }"
    headers = {
      X-Mark      = "m"
      X-Signature = "sha256=${hmac("sha256", secret.shop, "{ }")}"
    }
    expect { run = "succeeded" }
  }
  request "bearer" {
    path    = "/asked/north"
    query   = { page = 1 }
    signed  = false
    headers = {
      X-Mark        = "m"
      Authorization = "Bearer ${secret.other}"
    }
    expect { run = "succeeded" }
  }
  request "wrong" {
    path    = "/asked/north"
    signed  = false
    headers = { Authorization = "Bearer ${secret.shop}" }
    expect { status = 401 }
  }
  assert { condition = secret.other == "a-token-of-the-test" && length(secret.shop) == 64 }
}
`)
	finds(t, asked, "test \"x\" {\n flow = \"asked\"\nrequest {\n headers = { A = secret.shpo }\n}\nexpect { status = 401 }\n}\n", `shpo`)
	fails(t, asked, "test \"x\" {\n flow = \"asked\"\nrequest {\n path = \"/asked/a\"\n auth = \"basic\"\n}\nexpect { status = 401 }\n}\n", `the trigger has no auth "basic"`)
}

const uploads = `
flow "uploads" {
  trigger "webhook" {
    path          = "/uploads"
    content_types = ["multipart"]
  }
  action "log" "say" {
    message = "${webhook.body.title}: ${webhook.body.photo.filename} ${webhook.body.photo.content_type} ${webhook.body.photo.size}"
  }
}
`

// TestCauseIsOneSentence: the message of a refusal ends in one full stop.
const signedURL = `
secret "twilio" { env = "TWILIO" }
%sflow "sms" {
  trigger "webhook" {
    path          = "/sms"
    content_types = ["form"]
    auth "twilio" { secret = secret.twilio }
  }
  action "stop" "done" {}
}
`

// TestSignedURL: a sender that signs the URL is imitated with and without a public URL.
func TestSignedURL(t *testing.T) {
	t.Parallel()
	for _, settings := range []string{"", "gateway { public_url = \"https://hooks.example.com\" }\n"} {
		passes(t, fmt.Sprintf(signedURL, settings), `
test "a message" {
  flow = "sms"
  request { form = { Body = "Hello" } }
  expect {
    run    = "succeeded"
    status = 200
  }
}
test "without a signature" {
  flow = "sms"
  request {
    form   = { Body = "Hello" }
    signed = false
  }
  expect { status = 401 }
}
`)
	}
}

func TestCauseIsOneSentence(t *testing.T) {
	t.Parallel()
	fails(t, uploads, "test \"x\" {\n flow = \"uploads\"\nrequest {\n text = \"x\"\n}\nexpect { run = \"succeeded\" }\n}\n", "Accepted: multipart/form-data.\n")
}

func TestMultipart(t *testing.T) {
	t.Parallel()
	passes(t, uploads, `
test "a file" {
  flow = "uploads"
  request {
    multipart {
      part "title" { value = "Cat" }
      part "photo" {
        content_base64 = "AAECAw=="
        filename       = "cat \"1\".png"
        content_type   = "image/png"
      }
    }
  }
  expect { run = "succeeded" }
  assert { condition = input.say.message == "Cat: cat \"1\".png image/png 4" }
}
`)
}

const looping = `
flow "looping" {
  trigger "webhook" { path = "/looping" }
  action "loop" "items" {
    for_each = webhook.body.items
      action "http" "reserve" {
        url  = "https://stock.example.com/${each.value.sku}"
        json = { qty = each.value.qty }
      }
      action "log" "say" { message = "${each.value.sku} ${action.reserve.body.slip}" }
  }
}
`

// TestMocksInLoops: mocks in a loop choose by the element, its number or the input.
func TestMocksInLoops(t *testing.T) {
	t.Parallel()
	const items = `request {
    json = { items = [{ sku = "A", qty = 1 }, { sku = "B", qty = 2 }, { sku = "C", qty = 9 }] }
  }
`
	passes(t, looping, `
test "by element" {
  flow = "looping"
  `+items+`
  mock "reserve" {
    when = each.value.sku == "B"
    json = { slip = "second-${each.index}" }
  }
  mock "reserve" {
    when = input.json.qty > 5
    json = { slip = "many" }
  }
  mock "reserve" {
    json = { slip = "other-${call.number}" }
  }
  expect { run = "succeeded" }
  assert { condition = [for c in calls.reserve : c.output.body.slip] == ["other-1", "second-1", "many"] }
  assert { condition = [for c in calls.reserve : c.input.url][2] == "https://stock.example.com/C" }
}
test "one after another" {
  flow = "looping"
  `+items+`
  mock "reserve" { json = { slip = "first" } }
  mock "reserve" { json = { slip = "all others" } }
  expect { actions = ["reserve", "say", "reserve", "say", "reserve", "say"] }
  assert { condition = [for c in calls.reserve : c.output.body.slip] == ["first", "all others", "all others"] }
}
test "one element fails" {
  flow = "looping"
  `+items+`
  mock "reserve" {
    when = each.index == 1
    error { class = "permanent" }
  }
  mock "reserve" { json = { slip = "s" } }
  expect { run = "failed" }
  assert { condition = length(calls.reserve) == 2 && run.error.action == "reserve" }
}
`)
}

// finds requires a finding before the tests run.
func finds(t *testing.T, flows, tests, words string) {
	t.Helper()
	_, diags := flowtest.Check(options(flows, tests))
	if !strings.Contains(diags.Error(), words) {
		t.Errorf("findings %v, want one with %q", diags, words)
	}
}
