locals {
  greeting = <<EOT Hello # error: Wrong beginning of a text: then the line ends
  there
EOT
}
