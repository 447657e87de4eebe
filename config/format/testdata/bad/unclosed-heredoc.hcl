a = <<EOT
  text  