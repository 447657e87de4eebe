locals {
  greeting = <<EOT Hello # error: Wrong heredoc: then the line ends
  there
EOT
}
