

locals {
  shop="Lampenladen"
}