flow "orders" {
  trigger "webhook" {}
  action "flow" "a" { flow = "either" }
  action "log" "b" { message = "${action.a.name} ${action.a.code} ${action.a.address.street} ${action.a.address.city}" }
  action "flow" "later" {
    flow = "either"
    wait = false
  }
  action "log" "c" { message = action.later.run }
  action "flow" "open" { flow = "open" }
  action "log" "d" { message = "${action.open.anything.at.all}" }
  action "flow" "mixed" { flow = "mixed" }
  action "log" "e" { message = "${action.mixed.anything}" }
  action "flow" "silent" { flow = "silent" }
  action "log" "f" { message = action.silent == null ? "nothing" : "something" }
  action "flow" "chain" { flow = "chain" }
  action "log" "g" { message = "${action.chain.inner.name}" }
  action "flow" "sure" { flow = "sure" }
  action "log" "h" { message = "for ${action.sure.name}" }
  action "flow" "maybe" { flow = "maybe" }
  action "log" "i" { message = "for ${try(action.maybe.name, "nobody")}" }
  action "log" "j" {
    when    = action.maybe != null
    message = "for ${action.maybe.name}"
  }
}
flow "maybe" {
  trigger "flow" {}
  action "stop" "found" {
    when   = input.found
    output = { name = "Jane" }
  }
}
flow "sure" {
  trigger "flow" {}
  action "branch" "found" {
    case "failed" {
      when = input.failed
      action "stop" "failed" { status = "failed" }
    }
    default {
      action "stop" "known" { output = { name = "Jane" } }
    }
  }
}
flow "chain" {
  trigger "flow" {}
  action "flow" "inner" { flow = "either" }
  action "stop" "s" { output = { inner = action.inner } }
}
flow "either" {
  trigger "flow" {}
  action "stop" "first" {
    when   = input.first
    output = { name = "Jane", address = { street = "Main" } }
  }
  action "stop" "second" {
    output = { name = 5, code = input.code, address = input.address }
  }
}
flow "open" {
  trigger "flow" {}
  action "stop" "s" { output = input }
}
flow "mixed" {
  trigger "flow" {}
  action "stop" "first" {
    when   = input.first
    output = { name = "Jane" }
  }
  action "stop" "second" { output = input.rows[0] }
}
flow "silent" {
  trigger "flow" {}
  action "log" "a" { message = "x" }
}
