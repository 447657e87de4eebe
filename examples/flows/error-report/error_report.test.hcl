test "the report lists each cause" {
  flow = "error_report"
  failure {
    count = 4
    causes = [
      { flow = "shop_order", action = "mail", message = "the server is away", count = 3 },
      { flow = "order_intake", message = "lost", count = 1 },
    ]
    runs = ["01jx0000000000000000000001", "01jx0000000000000000000002"]
  }
  mock "report" {}
  expect {
    run     = "succeeded"
    actions = ["report"]
  }
  assert { condition = input.report.subject == "4 failed runs" }
  assert {
    condition = input.report.text == <<-TEXT
      3 x shop_order, action mail: the server is away
      1 x order_intake: lost

      The first runs: 01jx0000000000000000000001, 01jx0000000000000000000002
    TEXT
  }
}

test "a mail server that is away gets the report later" {
  flow = "error_report"
  failure { causes = [{ flow = "shop_order", message = "lost" }] }
  mock "report" {
    error {
      class   = "transient"
      message = "try later"
    }
  }
  mock "report" {}
  expect { run = "succeeded" }
  assert { condition = length(calls.report) == 2 }
}
