gateway {
  listen     = 8080 # error: Wrong address: write ":8080"
  public_url = "hooks.example.com" # error: Wrong URL: "https://hooks.example.com"
}
