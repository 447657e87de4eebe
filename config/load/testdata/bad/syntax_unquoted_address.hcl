locals {
  to = jane@example.com # error: Invalid character: Put a text in double quotes
}
