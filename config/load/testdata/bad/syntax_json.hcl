{ # error: Not a flow file: not in JSON
  "flow": {
    "orders": {}
  }
}
