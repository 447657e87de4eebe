locals {
  a = local.b # error: Locals in a cycle: a → b → a
  b = local.a
  c = local.c # error: Locals in a cycle: c → c
  d = local.nope # error: Unknown name: Declare it: locals { nope = VALUE }
  e = local.d
  shop = "Lampenladen"
  f = local.shp # error: Unknown name: Did you mean "shop"?
  g = local["shop"]
  h = jsonencode(local) # error: Locals read as a whole: local.NAME
  i = upper(local.shop, 1) # error: Too many function arguments: "upper"
  inner { # error: Block inside of locals: inner = { … } with an equals sign
  }
}
locals { shop = "Other" } # error: Local named twice: at locals.hcl line 7
locals "x" { # error: Too many labels: A locals block has no label
  k = 1
}
