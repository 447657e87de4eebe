gateway {
  # The incident example passes its alerts on to another flow of this gateway.
  # Addresses that are not public are refused unless they stand here.
  egress {
    allow = ["127.0.0.1"]
  }
}
