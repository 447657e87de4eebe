flow "a" {
  b =   
}
