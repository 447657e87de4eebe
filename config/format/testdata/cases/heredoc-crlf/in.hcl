a = <<EOT
  one  


	two ${ x+1 }	
  EOT
b=2
