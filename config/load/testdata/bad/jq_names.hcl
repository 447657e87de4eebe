secret "token" { env = "API_TOKEN" }
flow "orders" {
  trigger "webhook" { mode = "sync" }
  action "transform" "a" {
    jq = ".total + $webhok.body.shipping" # error: Invalid jq program: Did you mean $webhook?
  }
  action "transform" "b" {
    jq = "map(.price) | summ" # error: Invalid jq program: calls summ/0
  }
  action "transform" "c" {
    # error@+3: Invalid jq program: Did you mean $action?
    jq = <<-JQ
      .items
      | map(. + $acton.a.value)
    JQ
  }
  action "transform" "d" {
    jq = "$secret.token" # error: Invalid jq program: through its input
  }
  action "transform" "e" {
    jq = "{ token: \"${secret.token}\" }" # error: Secret in a program: as part of its input
  }
  action "transform" "f" {
    jq = "first(.items[]; 2)" # error: Invalid jq program: first/2
  }
  action "transform" "h" {
    jq = "[inputs]" # error: Invalid jq program: The jq program calls inputs/0, which flows don't have: a program has one input
  }
  action "transform" "i" {
    jq = "input.name" # error: Invalid jq program: The jq program calls input/0, which flows don't have: a program has one input
  }
  action "transform" "g" {
    jq = upr(".items") # error: Unknown function: Did you mean
  }
}
