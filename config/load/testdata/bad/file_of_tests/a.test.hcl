test "x" { flow = "a" }
