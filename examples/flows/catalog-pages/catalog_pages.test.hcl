# All pages are read, each by the name that the page before gives.

test "the products of all pages are collected" {
  flow = "catalog_pages"
  request { json = file("samples/export.json") }
  mock "page" { json = { products = ["lamp", "bulb"], next = "b7" } }
  mock "page" { json = { products = ["shade"], next = "c2" } }
  mock "page" { json = { products = [], next = null } }
  expect {
    status  = 200
    json    = { pages = 3, products = ["lamp", "bulb", "shade"] }
    actions = ["page", "page", "page", "products"]
  }
  assert { condition = calls.page[*].input.query.page == ["1", "b7", "c2"] }
  assert { condition = calls.page[*].input.query.language == ["en", "en", "en"] }
}

test "a page that fails is read again, and the pages before it are not" {
  flow = "catalog_pages"
  request { json = file("samples/export.json") }
  mock "page" { json = { products = ["lamp"], next = "b7" } }
  mock "page" { status = 503 }
  mock "page" { json = { products = ["bulb"], next = null } }
  expect {
    status   = 200
    json     = { pages = 2, products = ["lamp", "bulb"] }
    attempts = { page = 3 }
  }
  assert { condition = calls.page[*].input.query.page == ["1", "b7", "b7"] }
}

test "a catalog that stays down fails the export, and no part of it is returned" {
  flow = "catalog_pages"
  request { json = file("samples/export.json") }
  mock "page" { json = { products = ["lamp"], next = "b7" } }
  mock "page" { status = 503 }
  expect {
    status = 502
    run    = "failed"
  }
  assert { condition = length(calls.page) == 4 }
}

test "the language is one of two" {
  flow = "catalog_pages"
  request "nothing" {
    json = {}
    expect { status = 422 }
  }
  request "a number" {
    json = { language = 1 }
    expect { status = 422 }
  }
  request "French" {
    json = { language = "fr" }
    expect { status = 422 }
  }
  assert { condition = responses["nothing"].body.errors[0].detail == "A value is required here." }
  assert { condition = responses["a number"].body.errors[0].detail == "This must be a string." }
  assert { condition = responses["French"].body.errors[0].detail == "This must be one of \"de\", \"en\"." }
}

test "the stand-in for the catalog names the page that follows" {
  flow = "catalog"
  request "first" {
    query = { page = "1" }
    expect {
      status = 200
      json   = { products = ["lamp", "bulb"], next = "b7" }
    }
  }
  request "second" {
    query = { page = "b7" }
    expect { json = { products = ["shade"], next = "c2" } }
  }
  request "last" {
    query = { page = "c2" }
    expect { json = { products = ["cable", "plug"], next = null } }
  }
  request "unknown" {
    query = { page = "d" }
    expect { status = 422 }
  }
  request "without page" {
    expect { status = 422 }
  }
}
