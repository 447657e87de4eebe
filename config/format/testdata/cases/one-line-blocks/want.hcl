admin { listen = "127.0.0.1:8081" }
empty {}
empty2 {}
action "http" "x" { url = "https://example.com" }
