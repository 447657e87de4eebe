flow "orders" {
  renamed_from = "orders" # error: Wrong renamed_from: can't adopt its own runs
  trigger "webhook" { path = "/orders" }
}
flow "payments" {
  renamed_from = "orders" # error: Wrong renamed_from: still in the files, at
  trigger "webhook" { path = "/payments" }
}
flow "refunds" {
  renamed_from = "money_back"
  trigger "webhook" { path = "/refunds" }
}
flow "returns" {
  renamed_from = "money_back" # error: Wrong renamed_from: Flow "refunds" adopts the runs of "money_back" already
  trigger "webhook" { path = "/returns" }
}
