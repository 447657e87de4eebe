shop = "Lampenladen" # error: Attribute outside of a block: read it as local.shop
flow = "orders" # error: Attribute outside of a block: stands outside of any block
