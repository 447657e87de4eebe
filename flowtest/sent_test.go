package flowtest_test

import "testing"

// TestSent: conditions read the requests that actions send, as they would be sent.
func TestSent(t *testing.T) {
	t.Parallel()
	passes(t, `
secret "partner" { env = "PARTNER" }
flow "upload" {
  trigger "webhook" {
    path          = "/uploads"
    content_types = ["multipart"]
    variable "file" { type = object({ filename = string, content = string }) }
  }
  action "http" "archive" {
    url   = "https://archive.example.com/documents"
    query = { by = "a b" }
    multipart {
      part "title" { value = "Plan" }
      part "file" {
        content_base64 = webhook.file.content
        filename       = webhook.file.filename
      }
    }
  }
  action "webhook" "partner" {
    url      = "https://partner.example.com/__kind__"
    encoding = "form"
    field "email" { value = "jane@example.com" }
    field "kind" { value = "new file" }
    sign "hmac" {
      secret = secret.partner
      header = "X-Signature"
    }
  }
  action "http" "team" {
    url  = "https://team.example.com/"
    json = { text = webhook.file.filename }
  }
}
`, `
test "three bodies" {
  flow = "upload"
  request {
    multipart {
      part "file" {
        content_base64 = "iVBORw0KGgo="
        filename       = "plan.png"
      }
    }
  }
  mock "archive" {}
  mock "partner" {}
  mock "team" {}
  expect { run = "succeeded" }
  assert { condition = calls.archive[0].request.method == "POST" }
  assert { condition = calls.archive[0].request.query == { by = "a b" } }
  assert { condition = calls.archive[0].request.body.title == "Plan" }
  assert { condition = calls.archive[0].request.body.file.content == "iVBORw0KGgo=" && calls.archive[0].request.body.file.size == 8 }
  assert { condition = calls.partner[0].request.url == "https://partner.example.com/new%20file" }
  assert { condition = calls.partner[0].request.body == { email = "jane@example.com", kind = "new file" } }
  assert { condition = calls.partner[0].request.headers["X-Signature"] != null }
  assert { condition = calls.team[0].request.text == "{\"text\":\"plan.png\"}" }
}
`)
}
