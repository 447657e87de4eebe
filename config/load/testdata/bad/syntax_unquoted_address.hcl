locals {
  to = jane@example.com # error: Invalid character: A text stands in double quotes
}
