# Sends each buyer of product A to a database. The flow starts when a contact
# gets the tag from another flow, from the API or from a person:
#
#   gateway contacts tag jane@example.com bought-product-a
#
# The database has its own names for the fields, and a missing field has a
# default.

flow "tag_to_database" {
  label       = "Buyers of product A"
  description = "Sends a contact with a tag to a database, as GET and as POST."

  trigger "tag" {
    tag = "bought-product-a"
  }

  retry {
    attempts = 10
    initial  = "10s"
    max      = "1h"
  }

  # __email__ is replaced by the percent-encoded field that is sent under this
  # name.
  action "webhook" "look_up" {
    url    = "${env("DATABASE_URL", "http://127.0.0.1:8080/stand-in/database")}/users/__email__"
    method = "GET"

    field "source" { value = "gateway" }
  }

  action "webhook" "create" {
    when     = !action.look_up.body.known
    url      = "${env("DATABASE_URL", "http://127.0.0.1:8080/stand-in/database")}/users"
    encoding = "form"

    field "first_name" {
      param   = "vorname"
      default = "Kunde"
    }
    field "last_name" {
      param   = "nachname"
      default = "unbekannt"
    }
    field "product" { value = "A" }

    # The database gets a contact at most once a day.
    throttle {
      key   = contact.email
      every = "24h"
    }
  }
}

# Two flows replace the database, so that the example needs no other system.
flow "database_look_up" {
  label = "Stand-in for the search of the database"

  trigger "webhook" {
    path    = "/stand-in/database/users/{email}"
    methods = ["GET"]
    mode    = "sync"
  }

  action "respond" "unknown" {
    json = { email = webhook.path.email, known = false }
  }
}

flow "database_create" {
  label = "Stand-in for the database"

  trigger "webhook" {
    path          = "/stand-in/database/users"
    content_types = ["form"]
    mode          = "sync"

    variable "email" {
      type   = string
      format = "email"
    }
    variable "vorname" {
      type = string
    }
    variable "nachname" {
      type = string
    }
  }

  action "log" "kept" {
    message = "database: ${webhook.vorname} ${webhook.nachname}"
  }

  action "respond" "kept_it" {
    status = 201
    json   = { id = substr(sha256(webhook.email), 0, 8) }
  }
}
