flow "orders" {
  trigger "webhook" { mode = "sync" }
  action "transform" "a" {
    jq = ".items[ | length" # error: Invalid jq program: unexpected token "|"
  }
  action "transform" "b" {
    # error@+3: Invalid jq program: unexpected token "}"
    jq = <<JQ
      { count: (.items | length),
        total: }
JQ
  }
  action "transform" "c" {
    jq = <<-JQ
      .items
      | map(.price) +
      ] # error: Invalid jq program: unexpected token "]"
    JQ
  }
  action "transform" "d" {
    jq = "" # error: Invalid jq program: missing query
  }
  action "transform" "e" { # error: Missing attribute: "jq" is required
  }
  action "transform" "f" {
    jq = ["."] # error: Wrong type: A jq program must be a text
  }
  action "transform" "g" {
    jq = "\"a\" + \"b" # error: Invalid jq program: unterminated string literal
  }
  action "log" "h" { message = jq(".a |", webhook.body) } # error: Invalid jq program: unexpected EOF
  action "log" "i" { message = jq(".a") } # error: Wrong number of arguments: a program and its input
  action "log" "j" { message = jq(webhook.raw, webhook.body) } # error: Program not fixed: as $webhook
}
