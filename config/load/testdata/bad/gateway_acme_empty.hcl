gateway {
  tls {
    acme {
      domains   = [] # error: No domain: Write the host names
      directory = "http://acme.internal/directory" # error: Wrong URL: The URL of a directory looks like "https://acme-v02.api.letsencrypt.org/directory"
    }
  }
}
