gateway {
  # The URL under which senders reach the gateway. Twilio signs it.
  public_url = "http://localhost:8080" # yours: "https://hooks.example.com"

  # Several examples send requests to other flows of this gateway. The gateway
  # refuses addresses that are not public unless this list has them.
  egress {
    allow = ["127.0.0.1"]
  }
}
