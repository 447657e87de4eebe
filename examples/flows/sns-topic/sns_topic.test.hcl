# Messages of the topic, signed by Amazon.

locals {
  message = jsondecode(file("samples/notification.json"))
}

test "a message becomes one run, also if it comes twice" {
  flow = "sns_topic"
  now  = "2026-03-14T12:00:01Z"
  request "first" { text = file("samples/notification.json") }
  request "again" { text = file("samples/notification.json") }
  expect {
    status  = 200
    run     = "succeeded"
    runs    = 1
    actions = ["order"]
  }
  assert { condition = input.order == { message = "order A-1001 of the topic", fields = { total = 122.54 } } }
}

test "a message that is not signed is refused" {
  flow = "sns_topic"
  now  = "2026-03-14T12:00:01Z"
  request {
    signed = false
    text   = file("samples/notification.json")
  }
  expect {
    status = 401
    runs   = 0
  }
}

test "a message that holds no order" {
  flow = "sns_topic"
  now  = "2026-03-14T12:00:01Z"
  request "nothing" {
    text = jsonencode(merge(local.message, { MessageId = "1", Message = "{}" }))
    expect { status = 422 }
  }
  request "wrong types" {
    text = jsonencode(merge(local.message, { MessageId = "2", Message = "{\"order_id\": 1001, \"total\": \"much\"}" }))
    expect { status = 422 }
  }
  request "wrong values" {
    text = jsonencode(merge(local.message, { MessageId = "3", Message = "{\"order_id\": \"A-1\", \"total\": -1}" }))
    expect { status = 422 }
  }
  request "without id" {
    text = jsonencode({ for name, v in local.message : name => v if name != "MessageId" })
    expect { status = 422 }
  }
  request "wrong id" {
    text = jsonencode(merge(local.message, { MessageId = 1 }))
    expect { status = 422 }
  }
  assert { condition = responses["nothing"].body.errors[*].pointer == ["/Message/order_id", "/Message/total"] }
  assert { condition = responses["wrong types"].body.errors[*].expected == ["string", "number"] }
  assert { condition = responses["wrong values"].body.errors[*].expected == ["at least 0"] }
}
