flow "a" {
  trigger "tag" {} # error: Missing attribute: "tag" is required
  action "log" "l" { message = "${contact.email} ${contact.fields.name} ${join(",", contact.tags)} ${tag.name}" }
}
flow "b" {
  trigger "tag" {
    tag      = " bought" # error: Wrong tag: end with a space
    throttle = "400d" # error: Wrong value: between 0s
  }
  action "log" "l" { message = contact.phone } # error: Unknown name: phone
}
flow "c" {
  trigger "link" { # error: Missing attribute: "redirect"
    path = "/c"
  }
}
flow "d" {
  trigger "link" {
    path     = "/d/{name}" # error: Wrong path: can't have a {name}
    redirect = "shop.example.com" # error: Wrong URL: absolute URL
    tag      = "" # error: Wrong tag: needs a name
  }
}
flow "spring_offer" {
  trigger "link" {
    path     = "/e"
    redirect = "https://shop.example.com"
    methods  = ["GET"] # flow "f" has the POST
  }
  action "log" "l" { message = link_url("offer", contact.email) } # error: Unknown link: trigger "link"
  action "log" "m" { message = link_url("spring_offr", contact.email) } # error: Unknown link: Did you mean "spring_offer"?
  action "log" "n" { message = link_url("spring_offer", contact.email) }
  action "log" "p" { message = link_url("spring_offer", "jane@example.com") }
  action "log" "o" { message = link_url("off", contact.email) } # warning: Flow is disabled: leads nowhere
  action "respond" "r" {} # error: No caller to answer: trigger "link" redirects its caller before the run starts. Remove the action.
}
flow "f" {
  trigger "webhook" { path = "/f" }
  action "flow" "a" { flow = "a" } # error: Missing input: needs "email"
}
flow "off" {
  enabled = false
  trigger "link" {
    path     = "/off"
    redirect = "https://shop.example.com"
  }
}
