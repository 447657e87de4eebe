locals { callee = "look_up" }
flow "orders" {
  trigger "webhook" {}
  action "flow" "a" {
    flow  = local.callee
    input = { id = "1" }
  }
  action "log" "b" { message = "${action.a.nmae}" } # error: Unknown name: action.a has no "nmae". Did you mean "name"?
  action "log" "c" { message = "${action.a.address.zip}" } # error: Unknown name: action.a.address has no "zip". It has city, street.
  action "branch" "d" {
    case "other" {
      when = action.a.missing == 1 # error: Unknown name: action.a has no "missing". Flow "look_up" returns the output of its action "stop".
      action "log" "e" { message = "x" }
    }
  }
  action "flow" "later" {
    flow  = "look_up"
    input = { id = "1" }
    wait  = false
  }
  action "log" "f" { message = action.later.name } # error: Unknown name: With wait = false the action returns the id of the run
  action "flow" "nothing" { flow = "silent" }
  action "log" "g" { message = action.nothing.name } # error: Unknown name: action.nothing has no "name". Flow "silent" returns the output of its action "stop".
  action "flow" "circle" { flow = "ping" }
  action "log" "h" { message = action.circle.pnog } # error: Unknown name: action.circle has no "pnog". Did you mean "pong"?
}
flow "look_up" {
  trigger "flow" {
    variable "id" { type = string }
  }
  action "branch" "known" {
    case "yes" {
      when = input.id == "1"
      action "stop" "found" {
        output = { name = "Jane", address = { street = "Main" } }
      }
    }
    case "no" {
      when = input.id == "2"
      action "stop" "failed" {
        status = "failed"
        output = { missing = 1 }
      }
    }
  }
  action "stop" "other" {
    output = { name = input.id, code = 5, address = { city = "Bonn" } }
  }
}
flow "silent" {
  trigger "flow" {}
  action "log" "a" { message = "x" }
}
flow "ping" {
  trigger "flow" {}
  action "flow" "other" {
    when = input.more
    flow = "pong"
  }
  action "stop" "s" { output = { pong = try(action.other.pong, null) } }
}
flow "pong" {
  trigger "flow" {}
  action "flow" "other" {
    when = input.more
    flow = "ping"
  }
  action "stop" "s" { output = { pong = try(action.other.pong, null) } }
}
flow "callers" {
  trigger "webhook" {}
  action "flow" "maybe" { flow = "maybe" }
  action "log" "a" { message = "for ${action.maybe.name}" } # error: Value may be null: action.maybe is null if a run of flow "maybe" ends without an action "stop" that has an output. Null has no members. Write try(action.maybe.…, "…"), or end the other flow with an action "stop" that has no condition.
  action "flow" "bare" { flow = "bare" }
  action "log" "b" { message = "for ${action.bare.name}" } # error: Value may be null: action.bare is null if a run of flow "bare" ends without
}
flow "maybe" {
  trigger "flow" {}
  action "stop" "found" {
    when   = input.found
    output = { name = "Jane" }
  }
}
flow "bare" {
  trigger "flow" {}
  action "branch" "known" {
    case "no" {
      when = input.unknown
      action "stop" "unknown" {}
    }
  }
  action "stop" "found" { output = { name = "Jane" } }
}
