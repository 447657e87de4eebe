# Slack's challenge, and events that may come more than once.

locals {
  mention = jsondecode(file("samples/mention.json"))
}

test "a mention is logged" {
  flow = "slack_events"
  request { json = file("samples/mention.json") }
  expect {
    status  = 200
    run     = "succeeded"
    actions = ["mention"]
  }
  assert { condition = input.mention.fields == { user = "U123ABC456", channel = "C123ABC456" } }
}

test "the challenge comes back without a run, if Slack signed it" {
  flow = "slack_events"
  request "signed" {
    json = file("samples/challenge.json")
    expect {
      status = 200
      body   = "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P"
    }
  }
  request "unsigned" {
    signed = false
    json   = file("samples/challenge.json")
    expect { status = 401 }
  }
  expect { runs = 0 }
}

test "an event that Slack repeats starts one run" {
  flow = "slack_events"
  request "first" { json = file("samples/mention.json") }
  request "again" {
    advance = "1h"
    headers = { X-Slack-Retry-Num = "1" }
    json    = file("samples/mention.json")
    expect {
      status  = 200
      headers = { Gateway-Replayed = "true" }
    }
  }
  expect { runs = 1 }
}

test "other events are answered and ignored" {
  flow = "slack_events"
  request "message" { json = merge(local.mention, { event = merge(local.mention.event, { type = "message" }) }) }
  request "without event" { json = { type = "event_callback" } }
  expect {
    status = 200
    run    = "ignored"
    runs   = 0
  }
}

test "a mention without its members" {
  flow = "slack_events"
  request "no id" {
    json = { event = { type = "app_mention" } }
    expect { status = 422 }
  }
  request "wrong types" {
    json = { event_id = 1, event = { type = "app_mention", user = 2, channel = 3 } }
    expect { status = 422 }
  }
  assert { condition = responses["no id"].body.errors[*].pointer == ["/event_id", "/event/user", "/event/channel"] }
  assert { condition = responses["wrong types"].body.errors[*].expected == ["string", "string", "string"] }
}
