flow "f0" {
  trigger "webhook" {
    mode          = "sync"
    path          = "orders" # error: Wrong path: begins with a slash: "/orders"
  }
}
flow "f1" {
  trigger "webhook" {
    mode          = "sync"
    path          = "/orders/" # error: Wrong path: no slash at its end
  }
}
flow "f2" {
  trigger "webhook" {
    mode          = "sync"
    path          = "/orders/:id" # error: Wrong path: write {name}
  }
}
flow "f3" {
  trigger "webhook" {
    mode          = "sync"
    path          = "/orders/*" # error: Wrong path: write {name}
  }
}
flow "f4" {
  trigger "webhook" {
    mode          = "sync"
    path          = "/orders?shop=1" # error: Wrong path: webhook.query
  }
}
flow "f5" {
  trigger "webhook" {
    mode          = "sync"
    path          = "/orders/{id}/items/{id}" # error: Wrong path: twice
  }
}
flow "f6" {
  trigger "webhook" {
    mode          = "sync"
    path          = "/orders//new" # error: Wrong path: wo slashes
  }
}
flow "f7" {
  trigger "webhook" {
    mode          = "sync"
    path          = "/orders/a{id}" # error: Wrong path: must be a whole segment
  }
}
flow "f8" {
  trigger "webhook" {
    mode          = "sync"
    path          = "" # error: Wrong path: remove it
  }
}
flow "f9" {
  trigger "webhook" {
    mode          = "sync"
    methods       = ["POST", "FETCH"] # error: Wrong value for "methods": "FETCH" is not one of
  }
}
flow "f10" {
  trigger "webhook" {
    mode          = "sync"
    methods       = ["post"] # error: Wrong value for "methods": Did you mean "POST"?
  }
}
flow "f11" {
  trigger "webhook" {
    mode          = "sync"
    methods       = [] # error: No method: Remove it
  }
}
flow "f12" {
  trigger "webhook" {
    mode          = "sync"
    methods       = ["POST", "POST"] # error: Method given twice: once
  }
}
flow "f13" {
  trigger "webhook" {
    mode          = "sync"
    content_types = ["jsn"] # error: Wrong type of body: json
  }
}
flow "f14" {
  trigger "webhook" {
    mode          = "sync"
    content_types = [] # error: Wrong type of body: .
  }
}
flow "f15" {
  trigger "webhook" {
    mode          = "sync"
    timeout       = "0s" # error: Wrong value: must be positive
  }
}
flow "f16" {
  trigger "webhook" {
    mode          = "sync"
    timeout       = "30 seconds" # error: Wrong value for "timeout": is not a duration
  }
}
flow "f17" {
  trigger "webhook" {
    mode          = "sync"
    timeout       = "-5s" # error: Wrong value for "timeout": is not a duration
  }
}
flow "f18" {
  trigger "webhook" {
    mode          = "sync"
    timeout       = "30" # error: Wrong value for "timeout": is not a duration
  }
}
flow "f19" {
  trigger "webhook" {
    mode          = "sync"
    rotate        = 0 # error: Wrong value: at least 1
  }
}
flow "f20" {
  trigger "webhook" {
    mode          = "sync"
    rotate        = 1.5 # error: Wrong value for "rotate": not a whole number
  }
}
flow "f21" {
  trigger "webhook" {
    mode          = "sync"
    allow_ips     = ["192.0.2.0/33"] # error: Wrong address: nor a network
  }
}
flow "f22" {
  trigger "webhook" {
    mode          = "sync"
    allow_ips     = ["192.0.2.7/24"] # error: Wrong address: write "192.0.2.0/24" for the network
  }
}
flow "f23" {
  trigger "webhook" {
    mode          = "sync"
    allow_ips     = [] # error: No address: Remove it
  }
}
flow "f99" {
  trigger "webhook" {
    mode   = "sync"
    path   = "/orders"
    rotate = 2 # error: Path not derived by the gateway: Remove one of them
  }
}
