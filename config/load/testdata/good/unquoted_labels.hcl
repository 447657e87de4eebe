/* Labels may stand without quotes, and comments in
   all three forms. */
flow orders { // as in HCL
  trigger webhook {
    mode = "sync"
    response {}
  }
}
