flow "orders" {
  trigger "webhook" {
    mode = "sync"
    variable "a" { type = strin } # error: Wrong type: Did you mean "string"?
    variable "b" { type = "string" } # error: Wrong type: Write it without quotes: string
    variable "b2" { type = "email" } # error: Wrong type: Write string, and give the variable a format
    variable "b3" { type = "text" }  # error: Wrong type: Write "string"
    variable "b4" { type = "list(string)" } # error: Wrong type: Write it without quotes: list(string)
    variable "c" { type = int } # error: Wrong type: Write "number"
    variable "d" { type = list } # error: Wrong type: list(string)
    variable "e" { type = list(strng) } # error: Wrong type: Did you mean "string"?
    variable "f" { type = object({ sku = string, qty = nmber }) } # error: Wrong type: Did you mean "number"?
    variable "g" { type = map(string, number) } # error: Wrong type: map takes the type of its elements
    variable "h" { type = object(string) } # error: Wrong type: names its members
    variable "i" { type = optional(string) } # error: Wrong type: Only members of an object
    variable "j" { type = date } # error: Wrong type: give the variable a format
    variable "k" { type = set(string) } # error: Wrong type: JSON has no sets
    variable "l" { type = 5 } # error: Wrong type: A type is one of
  }
}
