# A file goes through unchanged, byte for byte.

locals {
  # The bytes of samples/plan.png.
  plan = filebase64("samples/plan.png")
}

test "a file is sent on to the archive" {
  flow = "file_upload"
  request {
    path = "/uploads/acme"
    multipart {
      part "title" { value = "Plan" }
      part "file" {
        content_base64 = local.plan
        filename       = "plan.png"
        content_type   = "image/png"
      }
    }
  }
  mock "archive" { json = { document = "acme/plan.png", bytes = 16 } }
  expect {
    status  = 201
    json    = { document = "acme/plan.png", bytes = 16 }
    actions = ["archive", "stored"]
  }
  assert { condition = endswith(calls.archive[0].request.url, "/customers/acme/documents") }
  assert {
    condition = calls.archive[0].request.body == {
      title = "Plan"
      file = {
        filename     = "plan.png"
        content_type = "image/png"
        size         = 16
        content      = local.plan
      }
    }
  }
}

test "an archive that refuses the file" {
  flow = "file_upload"
  request {
    path = "/uploads/acme"
    multipart {
      part "title" { value = "Plan" }
      part "file" {
        value        = "text"
        filename     = "plan.txt"
        content_type = "text/plain"
      }
    }
  }
  mock "archive" { status = 507 }
  expect {
    status = 502
    run    = "failed"
  }
}

test "the answer to a wrong form lists all mistakes" {
  flow = "file_upload"
  request "nothing" {
    path = "/uploads/acme"
    multipart {
      part "other" { value = "x" }
    }
    expect { status = 422 }
  }
  request "a text in place of the file" {
    path = "/uploads/a%20b"
    multipart {
      part "title" { value = "" }
      part "file" { value = "x" }
    }
    expect { status = 422 }
  }
  request "a long title" {
    path = "/uploads/acme"
    multipart {
      part "title" { value = join("", [for i in range(201) : "x"]) }
      part "file" {
        value    = "x"
        filename = "x.txt"
      }
    }
    expect { status = 422 }
  }
  assert { condition = responses["nothing"].body.errors[*].pointer == ["/title", "/file"] }
  assert {
    condition = { for e in responses["a text in place of the file"].body.errors : e.pointer => e.expected } == {
      "customer" = "a text that matches ^[A-Za-z0-9-]{1,32}$"
      "/title"   = "at least 1 character"
      "/file"    = "object"
    }
  }
  assert { condition = responses["a long title"].body.errors[*].expected == ["at most 200 characters"] }
}

test "the stand-in for the archive counts the bytes" {
  flow = "document_archive"
  request "file" {
    path = "/archive/customers/acme/documents"
    multipart {
      part "file" {
        content_base64 = local.plan
        filename       = "plan.png"
      }
    }
    expect {
      status = 200
      json   = { document = "acme/plan.png", bytes = 16 }
    }
  }
  request "nothing" {
    path = "/archive/customers/acme/documents"
    multipart {
      part "title" { value = "Plan" }
    }
    expect { status = 422 }
  }
  request "a text" {
    path = "/archive/customers/acme/documents"
    multipart {
      part "file" { value = "Plan" }
    }
    expect { status = 422 }
  }
}
