flow "orders" {
  label: "Orders" # error: Colon after a name: label = VALUE
  trigger "webhook" {
    mode: "sync" # error: Colon after a name: mode = VALUE
  }
}
