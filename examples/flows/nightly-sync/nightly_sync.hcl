# Each night the customers who changed since yesterday go from the shop's
# database to the contacts. A night on which nobody was there to run it is made
# up for by one run. The steps for one customer are a flow of their own, which
# other flows may call as well.
#
#   NIGHTLY_SYNC=on SHOP_DATABASE=postgres://… gateway run examples/flows

connection "sql" "shop" {
  driver = "postgres"
  url    = env("SHOP_DATABASE", "postgres://gateway@127.0.0.1:5432/shop")
}

flow "nightly_sync" {
  label       = "Nightly sync"
  description = "Takes changed customers from the shop's database over to the contacts."
  enabled     = env("NIGHTLY_SYNC", "off") == "on" # yours: leave it out

  trigger "schedule" {
    cron     = "30 2 * * *"
    timezone = "Europe/Berlin"
    skip     = ["12-25", "01-01"]
    missed   = "run_once"
  }

  retry {
    attempts = 5
    initial  = "1m"
    max      = "30m"
  }

  action "sql" "changed" {
    connection = connection.sql.shop

    # Values are bound and never become part of the text.
    query    = "SELECT email, first_name, city FROM customers WHERE changed_at >= $1 ORDER BY email"
    args     = [timeadd(schedule.time, "-24h")]
    max_rows = 5000
  }

  action "loop" "customers" {
    for_each = action.changed.rows
    max      = 8

    # One wrong address is no reason to leave out the others.
    on_item_error = "continue"

    action "flow" "keep" {
      flow = "keep_customer"
      input = {
        email      = each.value.email
        first_name = each.value.first_name
        city       = each.value.city
      }
    }
  }

  action "log" "told" {
    message = "${action.customers.count} customers, ${length(action.customers.errors)} failed"
    fields  = { failed = action.customers.errors[*].message }
  }
}

flow "keep_customer" {
  label = "Keep a customer"

  trigger "flow" {
    variable "email" {
      type   = string
      format = "email"
    }
    variable "first_name" {
      type     = string
      required = false
    }
    variable "city" {
      type     = string
      required = false
    }
  }

  action "tag" "customer" {
    contact = input.email
    add     = "customer"
    fields  = { first_name = input.first_name, city = input.city }
  }
}
