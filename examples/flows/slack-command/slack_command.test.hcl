# Slack gets its answer at once, and the channel the result.

test "the command is answered at once, and the channel gets the result" {
  flow = "slack_command"
  request { form = file("samples/command.txt") }
  mock "result" { takes = "20s" }
  expect {
    status  = 200
    json    = { response_type = "ephemeral", text = "Deploying shop …" }
    run     = "succeeded"
    actions = ["at_once", "deploy", "result"]
  }
  assert { condition = input.result.url == "http://127.0.0.1:8080/stand-in/slack-responses" }
  assert { condition = input.result.json == { response_type = "in_channel", text = "shop is deployed, asked for by jane" } }
}

test "the result is sent again if Slack does not take it" {
  flow = "slack_command"
  request { form = file("samples/command.txt") }
  mock "result" { status = 500 }
  expect {
    status   = 200
    run      = "failed"
    attempts = { deploy = 1, result = 3 }
  }
}

test "a form that Slack did not sign is refused" {
  flow = "slack_command"
  request {
    signed = false
    form   = file("samples/command.txt")
  }
  expect { status = 401 }
}

test "another command, or one with a wrong text" {
  flow = "slack_command"
  request "nothing" {
    form = { token = "legacy" }
    expect { status = 422 }
  }
  request "wrong values" {
    form = { command = "/rollback", text = "shop; rm", user_name = "jane", response_url = "nowhere" }
    expect { status = 422 }
  }
  assert { condition = responses["nothing"].body.errors[*].pointer == ["/command", "/text", "/user_name", "/response_url"] }
  assert { condition = responses["wrong values"].body.errors[*].pointer == ["/command", "/text", "/response_url"] }
}

test "the stand-in for Slack repeats the text" {
  flow = "slack_responses"
  request "message" {
    json = { text = "shop is deployed" }
    expect {
      status = 200
      json   = { ok = true, text = "shop is deployed" }
    }
  }
  request "nothing" {
    json = {}
    expect { status = 422 }
  }
  request "a number" {
    json = { text = 1 }
    expect { status = 422 }
  }
}
