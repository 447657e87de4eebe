flow "own" {
  trigger "webhook" { path = "/own" }
  action "delay" "wait" {
    for     = "10m" # error: Delay longer than its timeout: This delay takes 10m, and the timeout of action "wait" is 5m.
    timeout = "5m"
  }
}

flow "around" {
  trigger "webhook" { path = "/around" }
  action "parallel" "both" {
    timeout = "1h"
    action "delay" "fits" { for = "40m" }
    action "branch" "way" {
      case "first" {
        when = webhook.method == "POST"
        action "delay" "one" { for = "40m" }
        action "delay" "two" { for = "40m" } # error: Delay longer than its timeout: This delay takes, together with the delays before it, 1h20m, and the timeout of action "both" is 1h.
      }
      default {
        action "delay" "three" { for = "59m" }
      }
    }
  }
  action "loop" "each" {
    for_each = webhook.body.items
    timeout  = "1h"
    action "delay" "skipped" {
      for  = "40m"
      when = each.index == 0
    }
    action "delay" "long" {
      for  = "2h" # error: Delay longer than its timeout: This delay takes 2h, and the timeout of action "each" is 1h.
      when = each.index == 1
    }
    action "delay" "short" { for = "40m" }
  }
  on_error {
    action "delay" "cool_down" { for = "6h" }
  }
}

flow "caller" {
  trigger "webhook" {
    path    = "/caller"
    mode    = "sync"
    timeout = "1m"
  }
  action "delay" "fits" { for = "30s" }
  action "delay" "late" { for = "40s" } # error: Delay longer than its timeout: This delay takes, together with the delays before it, 1m10s, and the caller waits 1m: the timeout of the trigger.
  action "respond" "answer" { status = 200 }
  on_error {
    action "delay" "sorry" { for = "31s" } # error: Delay longer than its timeout: on_error of a sync flow may take 30s. Make the delay shorter, or wait where no caller does
  }
}

flow "answered" {
  trigger "webhook" {
    path = "/answered"
    mode = "sync"
  }
  action "respond" "answer" {
    status = 200
    then   = "continue"
  }
  action "delay" "afterwards" { for = "2d" }
  on_error {
    action "delay" "later" { for = "2d" }
  }
}

flow "waits" {
  trigger "flow" {}
  action "delay" "hour" { for = "1h" }
  action "flow" "again" {
    flow = "waits" # warning: Calls without an end: calls itself
  }
}

flow "calls" {
  trigger "webhook" { path = "/calls" }
  action "flow" "short" {
    flow    = "waits" # error: Delay longer than its timeout: A delay of flow "waits" takes 1h, and the timeout of action "short" is 30m.
    timeout = "30m"
  }
  action "flow" "long" {
    flow    = "waits"
    timeout = "2h"
  }
  action "flow" "apart" {
    flow    = "waits"
    timeout = "1m"
    wait    = false
  }
}

flow "calls_for_a_caller" {
  trigger "webhook" {
    path = "/calls-for-a-caller"
    mode = "sync"
  }
  action "flow" "long" {
    flow = "waits" # error: Delay longer than its timeout: A delay of flow "waits" takes 1h, and the caller waits 30s
  }
  action "respond" "answer" { status = 200 }
}
