flow "a" {
  b=1
