a = f(1, 2, -3)
b = !x && y || (z)
c = webhook.headers["X"]
d = { k = 1, "l" : 2 }
e = [for x in [1] : x if x > -1]
f = a ? b : c
g = "${x}%{if y}z%{endif}"
h = items[*].sku
