# A notice is on disk before the provider gets its answer, or the provider sends it
# again.

env = { NOTICE_ARCHIVE = "on" }

mock "line" {}

test "a notice becomes one line of the day's file" {
  flow = "notice_archive"
  request {
    path = "/payments/acme/notices"
    json = file("samples/paid.json")
  }
  expect {
    status  = 200
    json    = { kept = "ntc_51" }
    run     = "succeeded"
    actions = ["line", "kept"]
  }
  assert { condition = input.line.path == "notices/acme-2026-03-02.jsonl" }
  assert { condition = length(split("\n", input.line.content)) == 2 && endswith(input.line.content, "\n") }
  assert {
    condition = jsondecode(input.line.content) == {
      run         = run.id
      received_at = "2026-03-02T10:00:00Z"
      notice_id   = "ntc_51"
      notice      = jsondecode(file("samples/paid.json"))
    }
  }
}

test "a notice that is not on disk is sent again" {
  flow = "notice_archive"
  request {
    path = "/payments/acme/notices"
    json = file("samples/paid.json")
  }
  mock "line" {
    error { message = "the disk is full" }
  }
  expect {
    status  = 503
    json    = { kept = null }
    run     = "failed"
    actions = ["line", "not_kept", "again"]
  }
  assert { condition = input.not_kept == { message = "notice ntc_51 was not kept: the disk is full" } }
}

test "a caller without the token is refused" {
  flow = "notice_archive"
  request {
    path   = "/payments/acme/notices"
    signed = false
    json   = file("samples/paid.json")
  }
  expect { status = 401 }
  assert { condition = length(calls.line) == 0 }
}

test "no value leads out of the folder" {
  flow = "notice_archive"
  request "provider" {
    path = "/payments/..%2Facme/notices"
    json = { notice_id = "../ntc" }
    expect { status = 422 }
  }
  request "nothing" {
    path = "/payments/acme/notices"
    json = {}
    expect { status = 422 }
  }
  request "a number" {
    path = "/payments/acme/notices"
    json = { notice_id = 51 }
    expect { status = 422 }
  }
  assert { condition = responses["provider"].body.errors[*].pointer == ["/notice_id", "provider"] }
}
