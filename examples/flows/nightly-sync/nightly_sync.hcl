# Each night the customers that changed since yesterday are copied from the
# database of the shop to the contacts. If the gateway was down at the time of
# one or more runs, it starts one run afterwards. The work on one customer is a
# flow of its own, which other flows can call.
#
#   NIGHTLY_SYNC=on SHOP_DATABASE=postgres://… gateway run examples/flows

connection "sql" "shop" {
  driver = "postgres"
  url    = env("SHOP_DATABASE", "postgres://gateway@127.0.0.1:5432/shop")
}

flow "nightly_sync" {
  label       = "Nightly sync"
  description = "Copies changed customers from the database of the shop to the contacts."
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

    # Values are bound as parameters. They never become part of the SQL text.
    # changed_at is a timestamp with time zone, or one without that holds UTC.
    query    = "SELECT email, first_name, city FROM customers WHERE changed_at >= $1 ORDER BY email"
    args     = [timeadd(schedule.time, "-24h")]
    max_rows = 5000
  }

  action "loop" "customers" {
    for_each = action.changed.rows
    max      = 8

    # One wrong address does not stop the others.
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

  action "log" "counted" {
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
