locals { shop = 'Lampenladen' } # error: Wrong quotes: plain double quotes
secret "token" { env = "API_TOKEN" }
connection "http" "stock" { base_url = "https://api.example.com" }
