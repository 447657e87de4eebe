flow "orders" {
  trigger "webhook" { mode = "sync" }
  action "branch" "a" { # error: Branch without a case: at least one case
  }
  action "branch" "b" {
    case "c" { # error: Missing attribute: "when" is required
    }
    case { # error: Missing label: case "NAME" { … }
      when = webhook.body.d
    }
    otherwise {} # error: Unknown block: There is no block "otherwise" here
  }
  action "branch" "e" {
    case "f" { when = webhook.body.f }
    case "f" { when = webhook.body.g } # error: Case named twice: on line 14
    case "default" { when = webhook.body.h } # error: Not a name of a case: default { … }
    default {}
  }
  action "branch" "i" {
    case "j" { when = webhook.body.j }
    default {}
    default {} # error: Block given twice: Only one block "default"
  }
}
