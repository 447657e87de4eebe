# Contacts with any fields, from any service that has the key.

test "a lead becomes a contact with all its fields" {
  flow = "zapier_inbox"
  request {
    path = "/inbox/zapier"
    json = file("samples/lead.json")
  }
  expect {
    status  = 202
    json    = { run = run.id }
    run     = "succeeded"
    actions = ["fields", "keep"]
    skipped = ["no_address"]
  }
  assert {
    condition = input.keep == {
      contact = "jane@example.com"
      add     = "inbox:zapier"
      fields  = { first_name = "Jane", company = "Doe & Sons", lead_score = 42 }
    }
  }
}

test "a form with another name for the address" {
  flow = "zapier_inbox"
  request {
    path = "/inbox/make"
    form = { email_address = "ali@example.com", note = join("", [for i in range(1001) : "x"]) }
  }
  expect { run = "succeeded" }
  assert { condition = input.keep.contact == "ali@example.com" && input.keep.add == "inbox:make" }
  assert { condition = length(input.keep.fields.note) == 1000 && length(input.keep.fields) == 1 }
}

test "a long name of a field is cut" {
  flow = "zapier_inbox"
  request {
    path = "/inbox/zapier"
    json = { email = "jane@example.com", (join("", [for i in range(61) : "x"])) = 1 }
  }
  assert { condition = keys(input.keep.fields) == [join("", [for i in range(60) : "x"])] }
}

test "what has no address fails, and says who sent it" {
  flow = "zapier_inbox"
  request {
    path = "/inbox/zapier"
    json = { name = "Jane" }
  }
  expect {
    status  = 202
    run     = "failed"
    actions = ["no_address"]
  }
  assert { condition = input.no_address.message == "there is no e-mail address in what zapier sent" }
}

test "a caller without the key is refused" {
  flow = "zapier_inbox"
  request {
    path   = "/inbox/zapier"
    signed = false
    json   = file("samples/lead.json")
  }
  expect {
    status = 401
    runs   = 0
  }
}

test "addresses that are none, and a source of another form" {
  flow = "zapier_inbox"
  request "wrong values" {
    path = "/inbox/Zapier"
    json = { email = "jane", email_address = "ali" }
    expect { status = 422 }
  }
  request "wrong types" {
    path = "/inbox/zapier"
    json = { email = 1, email_address = 2 }
    expect { status = 422 }
  }
  assert { condition = responses["wrong values"].body.errors[*].pointer == ["/email", "/email_address", "source"] }
  assert { condition = responses["wrong types"].body.errors[*].expected == ["string", "string"] }
}
