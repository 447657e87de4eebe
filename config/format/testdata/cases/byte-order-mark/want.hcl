locals {
  shop = "Lampenladen"
}
