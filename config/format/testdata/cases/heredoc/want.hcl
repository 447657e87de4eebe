flow "a" {
  action "email" "b" {
    text = <<-EOT
      Thank you,   
   

  ${ webhook.name }  ${
      upper(  x  )


    }%{ if y   }
  ok%{ endif }
	${ <<INNER
  inner   

INNER
}
    EOT
    to   = "x"

  }
}
