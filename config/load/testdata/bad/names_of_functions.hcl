flow "orders" {
  trigger "webhook" { mode = "sync" }
  action "log" "a" { message = uper(webhook.raw) } # error: Unknown function: Did you mean "upper"?
  action "log" "b" { message = toUpper(webhook.raw) } # error: Unknown function: Use upper(text)
  action "log" "c" { message = len(webhook.body.items) } # error: Unknown function: Use length(value)
  action "log" "d" { message = now() } # error: Unknown function: run.started_at
  action "log" "e" { message = upper() } # error: Not enough function arguments: "upper"
  action "log" "f" { message = upper("a", "b") } # error: Too many function arguments: "upper"
  action "log" "g" { message = upper(["a"]) } # error: Invalid function argument: string required
  action "log" "h" { message = formatdate("YYYY", "yesterday") } # error: Invalid function argument: "yesterday" is not a date and time such as 2026-01-31T12:00:00Z
  action "log" "i" { message = [for i in webhook.body.items : frob(i)] } # error: Unknown function: There is no function "frob"
  action "log" "j" { message = regex("[", webhook.raw) } # error: Invalid function argument: missing closing ]
  action "log" "k" { message = formatdate("hh:mm", webhook.body.at, "Berlin") } # error: Invalid function argument: "Berlin" is not a time zone
  action "log" "l" { message = formatdate("hh:mn", webhook.body.at) } # error: Invalid function argument: "n" is not a part of a time
  action "log" "m" { message = parsetime("DD.MM.", webhook.body.at) } # error: Invalid function argument: the year is missing
  action "log" "n" { message = tolocaltime(webhook.body.at) } # error: Unknown function: Use formatdate(format, time, zone)
}
