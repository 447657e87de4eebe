# From the form to the mail: what a person who signs up gets, and what the CRM
# learns.

mock "hello" { message_id = "<1@shop.example.com>" }
mock "crm" { status = 201 }

test "a person who signs up is sent to a page that says thank you" {
  flow = "crm_signup"
  request { json = file("samples/signup.json") }
  expect {
    status  = 303
    headers = { Location = "https://shop.example.com/thank-you" }
    run     = "succeeded"
    actions = ["signed_up"]
  }
  assert {
    condition = input.signed_up == {
      contact = "jane@example.com"
      add     = "signed-up"
      fields  = { first_name = "Jänë & Co", source = "web" }
    }
  }
}

test "a form of a page is taken as well, with an address of any script" {
  flow = "crm_signup"
  request "form" {
    form = { email = "jane@example.com" }
    expect { status = 303 }
  }
  request "address" {
    json = file("samples/signup-unicode.json")
    expect { status = 303 }
  }
  assert { condition = input.signed_up.contact == "用户@例え.jp" }
  assert { condition = input.signed_up.fields == { first_name = "用户", source = "fair" } }
}

test "the answer to a wrong sign-up lists all mistakes" {
  flow = "crm_signup"
  request "nothing" {
    json = {}
    expect { status = 422 }
  }
  request "wrong types" {
    json = { email = 1, first_name = 2, source = 3 }
    expect { status = 422 }
  }
  request "wrong values" {
    json = {
      email      = "jane"
      first_name = join("", [for i in range(101) : "x"])
      source     = "street"
    }
    expect { status = 422 }
  }
  assert { condition = responses["nothing"].body.errors[*].pointer == ["/email"] }
  assert { condition = responses["wrong types"].body.errors[*].expected == ["string", "string", "string"] }
  assert { condition = responses["wrong values"].body.errors[*].expected == ["email", "at most 100 characters", "one of \"web\", \"shop\", \"fair\""] }
}

test "a new contact gets a mail with the contact's own links, and then the CRM learns of it" {
  flow = "crm_welcome"
  tag {
    contact = {
      email  = "jane@example.com"
      fields = { first_name = "Jane", source = "web" }
    }
  }
  expect {
    run     = "succeeded"
    actions = ["hello", "crm"]
  }
  assert { condition = input.hello.to == "jane@example.com" && input.hello.subject == "Welcome to Lampenladen" }
  assert { condition = startswith(input.hello.text, "Hello Jane,\n\n") && strcontains(input.hello.text, "/newcomers?c=") }
  assert { condition = strcontains(input.hello.headers["List-Unsubscribe"], "/unsubscribe") }
  assert { condition = input.hello.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click" }
  assert { condition = calls.crm[0].request.body == { email = "jane@example.com", first_name = "Jane", source = "web" } }
}

test "a contact without a name is welcomed, and is a customer in the CRM" {
  flow = "crm_welcome"
  tag { contact = "jane@example.com" }
  expect { run = "succeeded" }
  assert { condition = startswith(input.hello.text, "Hello and welcome,") }
  assert { condition = calls.crm[0].request.body == { email = "jane@example.com", first_name = "Customer" } }
}

test "who signs up twice within six hours gets one mail" {
  flow = "crm_welcome"
  tag "first" { contact = "jane@example.com" }
  tag "again" {
    advance = "5h"
    contact = "jane@example.com"
  }
  expect { run = "throttled" }
  assert { condition = length(calls.hello) == 1 }
}

test "while the CRM is down the run waits, and sends no second mail" {
  flow = "crm_welcome"
  tag { contact = "jane@example.com" }
  mock "crm" { status = 503 }
  mock "crm" { status = 201 }
  expect {
    run      = "succeeded"
    attempts = { hello = 1, crm = 2 }
  }
}

test "a crash after the mail sends no second one" {
  flow = "crm_welcome"
  tag { contact = "jane@example.com" }
  crash { after = "hello" }
  expect {
    run     = "succeeded"
    actions = ["hello", "crm"]
  }
  assert { condition = length(calls.hello) == 1 }
}

test "the link for newcomers leads to the shop" {
  flow = "crm_newcomers"
  link { contact = "jane@example.com" }
  expect {
    headers = { Location = "https://shop.example.com/newcomers" }
    run     = "succeeded"
  }
  assert { condition = input.followed.message == "a contact with 2 tags came by the link" }
}

test "the button unsubscribes with one click" {
  flow = "crm_unsubscribe"
  link {
    contact = "jane@example.com"
    method  = "POST"
  }
  expect {
    status = 200
    run    = "succeeded"
  }
  assert { condition = input.unsubscribed.add == "unsubscribed" && input.unsubscribed.remove == "signed-up" }
}

test "a program that scans mails follows the link by GET, and unsubscribes nobody" {
  flow = "crm_unsubscribe"
  link { contact = "jane@example.com" }
  expect {
    status  = 302
    headers = { Location = "https://shop.example.com/unsubscribe" }
    runs    = 0
  }
}

test "the stand-in for the CRM takes contacts" {
  flow = "crm"
  request "contact" {
    json = { email = "jane@example.com", first_name = "Jane" }
    expect {
      status = 201
      json   = { contact = "jane@example.com" }
    }
  }
  request "nothing" {
    json = {}
    expect { status = 422 }
  }
  request "wrong types" {
    json = { email = 1, first_name = 2 }
    expect { status = 422 }
  }
  request "no address" {
    json = { email = "jane", first_name = "Jane" }
    expect { status = 422 }
  }
}
