locals {
  name = env("SHOP_NAME" "Shop") # error: Missing comma: arguments of a function
}
