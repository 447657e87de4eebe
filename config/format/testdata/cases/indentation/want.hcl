flow "a" {
  trigger "webhook" {
    path = "/a"
    methods = [
      "POST",
      "PUT"
    ]
  }
}
