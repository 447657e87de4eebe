flow "orders" {
  trigger "webhook" { mode = "sync" }
  trigger "webhook" { mode = "sync" } # error: Block given twice: Only one block "trigger"
  on_error {}
  on_error {} # error: Block given twice: Only one block "on_error"
}
