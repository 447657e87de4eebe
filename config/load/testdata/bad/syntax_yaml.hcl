flow: # error: Colon after a name: flow { … }
  trigger: # error: Colon after a name: trigger { … }
    path: /orders # error: Colon after a name: path = VALUE
