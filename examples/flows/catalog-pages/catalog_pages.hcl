# Reads all pages of a catalog, one after another, until a page names no next one.

flow "catalog_pages" {
  label       = "All pages of the catalog"
  description = "Collects the products of all pages."

  trigger "webhook" {
    path = "/catalog/export"
    mode = "sync"

    variable "language" {
      type = string
      enum = ["de", "en"]
    }
  }

  action "loop" "pages" {
    while          = each.index == 0 || each.previous.page.body.next != null
    max_iterations = 100

    action "http" "page" {
      url = env("CATALOG_URL", "http://127.0.0.1:8080/catalog/products")
      query = {
        language = webhook.language
        page     = each.index == 0 ? "1" : each.previous.page.body.next
      }
      retry {
        attempts = 3
        initial  = "200ms"
      }
    }
  }

  action "respond" "products" {
    json = {
      pages    = action.pages.count
      products = jq("[.[].page.body.products[]]", action.pages.results)
    }
  }
}

# Replaces the API of the catalog, so that the example needs no other system.
flow "catalog" {
  label = "Stand-in for the catalog"

  trigger "webhook" {
    path    = "/catalog/products"
    methods = ["GET"]
    mode    = "sync"

    variable "page" {
      type = string
      from = webhook.query.page
      enum = ["1", "b7", "c2"]
    }
  }

  action "transform" "content" {
    input = webhook.page
    jq    = <<-JQ
      {
        "1": { products: ["lamp", "bulb"], next: "b7" },
        "b7": { products: ["shade"], next: "c2" },
        "c2": { products: ["cable", "plug"], next: null }
      }[.]
    JQ
  }

  action "respond" "page" {
    json = action.content.value
  }
}
