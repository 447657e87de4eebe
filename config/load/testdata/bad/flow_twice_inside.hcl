flow "orders" {
  trigger "webhook" { mode = "sync" }
  trigger "webhook" { mode = "sync" } # error: Block given twice: "trigger" may stand once
  on_error {}
  on_error {} # error: Block given twice: "on_error" may stand once
}
