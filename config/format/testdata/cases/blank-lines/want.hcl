# first

# second

flow "a" {

  b = [
    1,

    2,
  ]

}
