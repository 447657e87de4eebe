gateway {
listen=":8080" # the endpoints
public_url="https://hooks.example.com"  // what printed URLs start with
admin { listen="127.0.0.1:8081" }

name="größe" # ö is one column
n=1 # so these align
}
