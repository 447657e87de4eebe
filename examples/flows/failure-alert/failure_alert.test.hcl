test "five failures of one flow are told with their cause" {
  flow = "failure_alert"
  failure {
    flow   = "shop_order"
    count  = 5
    causes = [{ flow = "shop_order", action = "mail", message = "the server is away", count = 5 }]
    runs   = ["01jx0000000000000000000001"]
  }
  mock "tell" {}
  expect {
    run     = "succeeded"
    actions = ["tell"]
  }
  assert {
    condition = input.tell.text == "*5 runs failed* in flow shop_order\n> 5 × shop_order: the server is away\n`gateway runs show 01jx0000000000000000000001`"
  }
}

test "failures of several flows are told together" {
  flow = "failure_alert"
  failure {
    count = 7
    causes = [
      { flow = "shop_order", message = "a", count = 4 },
      { flow = "order_intake", message = "b", count = 3 },
    ]
    runs = ["01jx0000000000000000000001"]
  }
  mock "tell" {}
  expect { run = "succeeded" }
  assert {
    condition = input.tell.text == "*7 runs failed* in several flows\n> 4 × shop_order: a\n> 3 × order_intake: b\n`gateway runs show 01jx0000000000000000000001`"
  }
}

test "Slack that is away is tried again" {
  flow = "failure_alert"
  failure { runs = ["01jx0000000000000000000001"] }
  mock "tell" {
    error {
      class   = "transient"
      message = "try later"
    }
  }
  mock "tell" {}
  expect { run = "succeeded" }
  assert { condition = length(calls.tell) == 2 }
}

test "the stand-in takes a message" {
  flow = "stand_in_ops"
  request { json = { text = "hello" } }
  expect {
    status  = 200
    body    = "ok"
    actions = ["received"]
  }
}

test "the stand-in asks for a text" {
  flow = "stand_in_ops"
  request { json = {} }
  expect { status = 422 }
}

test "the stand-in takes no other type" {
  flow = "stand_in_ops"
  request { json = { text = 5 } }
  expect { status = 422 }
}
