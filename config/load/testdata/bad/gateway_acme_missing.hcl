gateway {
  tls {
    acme {} # error: Missing attribute: "domains" is required
  }
}
