# A text message gets the opening hours, or help.

test "who asks for the hours gets them, however it is written" {
  flow = "twilio_sms"
  request { form = file("samples/sms.txt") }
  expect {
    status  = 200
    headers = { Content-Type = "text/xml; charset=utf-8" }
    body    = "<Response><Message>Mon-Fri 9-18, Sat 10-14</Message></Response>"
    run     = "succeeded"
    actions = ["twiml"]
  }
}

test "anything else gets help" {
  flow = "twilio_sms"
  request { form = { From = "+4915187654321", Body = "Hello" } }
  expect { body = "<Response><Message>Send HOURS for our opening hours.</Message></Response>" }
}

test "a message that Twilio did not sign is refused" {
  flow = "twilio_sms"
  request {
    signed = false
    form   = file("samples/sms.txt")
  }
  expect { status = 401 }
}

test "a signed form that is no message" {
  flow = "twilio_sms"
  request "nothing" {
    form = { To = "+4915112345678" }
    expect { status = 422 }
  }
  request "wrong values" {
    form = { From = "jane", Body = join(" ", [for i in range(900) : "x"]) }
    expect { status = 422 }
  }
  assert { condition = responses["nothing"].body.errors[*].pointer == ["/From", "/Body"] }
  assert { condition = responses["wrong values"].body.errors[*].expected == ["a text that matches ^\\+[0-9]{6,15}$", "at most 1600 characters"] }
}
