# Meta verifies the endpoint by GET, and then sends signed messages by POST.

test "the texts of the messages are listed, and other messages are left out" {
  flow = "meta_messages"
  request {
    method = "POST"
    json   = file("samples/message.json")
  }
  expect {
    status  = 200
    json    = { received = [{ from = "4915112345678", text = "Are you open on Saturday?" }] }
    actions = ["texts", "received"]
  }
}

test "a change without messages, such as of a status" {
  flow = "meta_messages"
  request {
    method = "POST"
    json   = { object = "whatsapp_business_account", entry = [{ changes = [{ value = { statuses = [] } }] }] }
  }
  expect { json = { received = [] } }
}

test "the verification is answered without a run, if Meta knows the token" {
  flow    = "meta_messages"
  secrets = { meta_verify_token = "token of the test" }
  request "right" {
    method = "GET"
    signed = false
    query  = { "hub.mode" = "subscribe", "hub.verify_token" = "token of the test", "hub.challenge" = "1158201444" }
    expect {
      status = 200
      body   = "1158201444"
    }
  }
  request "wrong" {
    method = "GET"
    signed = false
    query  = { "hub.mode" = "subscribe", "hub.verify_token" = "another", "hub.challenge" = "1158201444" }
    expect { status = 403 }
  }
  expect { runs = 0 }
}

test "a delivery that is not signed with the app secret is refused" {
  flow = "meta_messages"
  request {
    method = "POST"
    signed = false
    json   = file("samples/message.json")
  }
  expect {
    status = 401
    runs   = 0
  }
}

test "a signed body that holds no messages" {
  flow = "meta_messages"
  request "nothing" {
    method = "POST"
    json   = {}
    expect { status = 422 }
  }
  request "wrong types" {
    method = "POST"
    json   = { object = 1, entry = ["text"] }
    expect { status = 422 }
  }
  request "wrong values" {
    method = "POST"
    json   = { object = "page", entry = [] }
    expect { status = 422 }
  }
  assert { condition = responses["nothing"].body.errors[*].pointer == ["/object", "/entry"] }
  assert { condition = responses["wrong types"].body.errors[*].pointer == ["/object", "/entry/0"] }
  assert { condition = responses["wrong values"].body.errors[*].expected == ["\"whatsapp_business_account\"", "at least 1 element"] }
}
