flow "orders" {
  trigger "webhook" {
    mode = "sync"
    path = "/orders/{region}"
    variable "a" {
      type    = number
      default = "five" # error: Wrong default: number
    }
    variable "b" {
      type = string
      enum = "red" # error: Wrong value for "enum": a list
    }
    variable "c" {
      type = string
      enum = ["red", 5] # error: Wrong enum: Element 1
    }
    variable "d" {
      type    = number
      pattern = "^[0-9]+$" # error: Wrong pattern: Only a variable of type string
    }
    variable "e" {
      type    = string
      pattern = "[a-" # error: Wrong pattern: RE2
    }
    variable "f" {
      type   = string
      format = "mail" # error: Wrong format: Did you mean "email"?
    }
    variable "g" {
      type = number
      min  = 5 # error: Wrong value for "min": greater than max
      max  = 4
    }
    variable "h" {
      type = bool
      max  = 4 # error: Wrong value for "max": number, string or array
    }
    variable "i" {
      type = string
      min  = "two" # error: Wrong value for "min": must be a number
    }
    variable "j" {
      type     = string
      required = "maybe" # error: Wrong type: Write true or false
    }
    variable "k" {
      typ = string # error: Unknown attribute: Did you mean "type"?
    }
    variable "l" {
      type    = string
      default = webhook.query.l # error: Value not fixed: can't depend on webhook
    }
    variable "m" {
      type    = string
      pattern = "a+"
      default = "b" # error: Wrong default: match
    }
  }
}
