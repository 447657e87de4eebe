package engine_test

// leakPlace is a place in which a value can stand, as an action of a flow.
//
//	ID      name of the action; further actions are IDa, IDb, …
//	ANY     expression of the value
//	TEXT    expression of the value as a text
//	RUN     TEXT, as an expression that is evaluated in the run
//	PATH    TEXT for a URL
//	HASH    expression of the first digits of its SHA-512
//	JQ      the value in a jq program
//	MODS    modifiers: the failure is passed over, and the action may be sensitive
//	ECHO    address of the echo server
//	LINK    connection of the value, see leakConnectionsOf
type leakPlace struct {
	name, hcl string
	fails     bool // the action fails with each value, in a text at least
}

// leakKind are the places of one kind of action.
type leakKind struct {
	name   string
	places []leakPlace
	// secrets: the values are read when the files are loaded, so that there are only
	// secrets among them.
	secrets bool
	// end is the last action, by the mode of the trigger; "" for none.
	end map[string]string
}

func leakKinds() []leakKind {
	return []leakKind{
		{name: "transform", places: transformPlaces()},
		{name: "log", places: logPlaces()},
		{name: "http", places: httpPlaces()},
		{name: "webhook", places: webhookPlaces()},
		{name: "branch", places: branchPlaces()},
		{name: "parallel", places: parallelPlaces()},
		{name: "loop", places: loopPlaces()},
		{name: "flow", places: flowPlaces()},
		{name: "delay", places: delayPlaces()},
		{name: "email", places: emailPlaces()},
		{name: "slack", places: slackPlaces()},
		{name: "jira", places: jiraPlaces()},
		{name: "sql", places: sqlPlaces()},
		{name: "exec", places: execPlaces()},
		{name: "file", places: filePlaces()},
		{name: "connections", places: connectionPlaces(), secrets: true},
		{name: "ends", end: map[string]string{
			"async": "action \"stop\" \"end\" {\n  status  = \"failed\"\n  message = \"the end ${TEXT}\"\n  output  = { n = ANY }\n  SENSITIVE\n}",
			"sync":  "action \"respond\" \"end\" {\n  headers = { X-N = urlencode(TEXT) }\n  json    = { n = ANY }\n  SENSITIVE\n}",
		}},
	}
}

func transformPlaces() []leakPlace {
	return []leakPlace{
		{"input", `action "transform" "ID" {
  input = { n = ANY }
  jq    = "[.n, (.n | tostring)]"
  MODS
}`, false},
		{"program", `action "transform" "ID" {
  jq = "JQ | tostring | length"
  MODS
}`, false},
		{"error of a program", `action "transform" "ID" {
  input = ANY
  jq    = "error(tostring)"
  MODS
}`, true},
		{"wrong type in a program", `action "transform" "ID" {
  input = TEXT
  jq    = ".member + 1"
  MODS
}`, true},
	}
}

func logPlaces() []leakPlace {
	return []leakPlace{
		{"message", `action "log" "ID" {
  message = "got ${TEXT}"
  MODS
}`, false},
		{"fields", `action "log" "ID" {
  level   = "debug"
  message = "x"
  fields  = { deep = [{ n = ANY }], (TEXT) = 1 }
  MODS
}`, false},
		{"condition", `action "log" "ID" {
  when    = "${TEXT}" != "${webhook.method}"
  message = "x"
  MODS
}`, false},
		{"error of tonumber", `action "log" "ID" {
  message = "${tonumber("${RUN}?")}"
  MODS
}`, true},
		{"error of jsondecode", `action "log" "ID" {
  message = jsondecode("{${RUN}")
  MODS
}`, true},
		{"error of parsetime", `action "log" "ID" {
  message = parsetime("YYYY", RUN)
  MODS
}`, true},
		{"error of base64decode", `action "log" "ID" {
  message = base64decode("*${RUN}")
  MODS
}`, true},
		{"error of an index", `action "log" "ID" {
  message = { a = webhook.method }[RUN]
  MODS
}`, true},
	}
}

func httpPlaces() []leakPlace {
	return []leakPlace{
		{"json", `action "http" "ID" {
  url  = "ECHO/a"
  json = { n = ANY, x = "y" }
  MODS
}`, false},
		{"query", `action "http" "ID" {
  url   = "ECHO/a"
  query = { n = TEXT }
  MODS
}`, false},
		{"path", `action "http" "ID" {
  url = "ECHO/a/${PATH}"
  MODS
}`, false},
		{"header", `action "http" "ID" {
  url     = "ECHO/a"
  headers = { X-N = urlencode(TEXT), Authorization = "Bearer ${base64encode(TEXT)}" }
  MODS
}`, false},
		{"form", `action "http" "ID" {
  url  = "ECHO/a"
  form = { n = TEXT }
  MODS
}`, false},
		{"text", `action "http" "ID" {
  url  = "ECHO/a"
  text = "a ${TEXT} b"
  MODS
}`, false},
		{"multipart", `action "http" "ID" {
  url = "ECHO/a"
  multipart {
    part "n" { value = TEXT }
    part "f" {
      content_base64 = base64encode(TEXT)
      filename       = "a.txt"
    }
  }
  MODS
}`, false},
		{"refused request", `action "http" "ID" {
  url  = "ECHO/fail/${PATH}"
  json = { n = ANY }
  MODS
}`, true},
		{"redirect", `action "http" "ID" {
  url  = "ECHO/redirect/a?n=${PATH}"
  json = { n = ANY }
  MODS
}`, true},
		{"wrong URL", `action "http" "ID" {
  url = RUN
  MODS
}`, true},
		{"wrong header", `action "http" "ID" {
  url     = "ECHO/a"
  headers = { X-N = "${RUN}\n" }
  MODS
}`, true},
		{"no connection", `action "http" "ID" {
  url   = "http://127.0.0.1:1/${PATH}"
  query = { n = TEXT }
  MODS
}`, true},
		{"address outside of egress", `action "http" "ID" {
  url = "${webhook.method == "POST" ? "http://10.9.9.9" : "https://a.example.com"}/${PATH}"
  MODS
}`, true},
		{"answer that is too long", `action "http" "ID" {
  url          = "ECHO/a/${PATH}"
  max_response = "10B"
  MODS
}`, true},
	}
}

func webhookPlaces() []leakPlace {
	return []leakPlace{
		{"field", `action "webhook" "ID" {
  url = "ECHO/hook"
  field "n" { value = ANY }
  MODS
}`, false},
		{"default of a field in JSON", `action "webhook" "ID" {
  url      = "ECHO/hook"
  encoding = "json"
  field "n" {
    value   = null
    default = ANY
  }
  MODS
}`, false},
		{"placeholder of the URL", `action "webhook" "ID" {
  url    = "ECHO/hook/__n__"
  method = "GET"
  field "n" { value = TEXT }
  MODS
}`, false},
		{"URL and header", `action "webhook" "ID" {
  url     = "ECHO/hook/${PATH}"
  field "m" { value = "x" }
  headers = { X-N = urlencode(TEXT) }
  MODS
}`, false},
		{"throttle key", `action "webhook" "ID" {
  url = "ECHO/hook"
  field "m" { value = "x" }
  throttle {
    key   = TEXT
    every = "1h"
  }
  MODS
}`, false},
		{"signed", `action "webhook" "ID" {
  url = "ECHO/hook"
  field "n" { value = ANY }
  sign "hmac" {
    secret = secret.long
    header = "X-Signature"
  }
  MODS
}`, false},
		{"refused delivery", `action "webhook" "ID" {
  url = "ECHO/fail/${PATH}"
  field "n" { value = ANY }
  MODS
}`, true},
	}
}

func branchPlaces() []leakPlace {
	return []leakPlace{
		{"condition of a case", `action "branch" "ID" {
  MODS
  case "yes" {
    when = TEXT != ""
    action "log" "IDa" { message = "case ${TEXT}" }
    action "http" "IDb" {
      url  = "ECHO/a"
      json = { n = ANY }
    }
  }
}
action "log" "IDc" { message = "took ${jsonencode(action.ID)}" }`, false},
		{"default", `action "branch" "ID" {
  MODS
  case "no" {
    when = TEXT == "nothing"
    action "log" "IDa" { message = "x" }
  }
  default {
    action "transform" "IDb" {
      input = ANY
      jq    = "tostring"
    }
  }
}`, false},
		{"failure inside", `action "branch" "ID" {
  MODS
  case "yes" {
    when = true
    action "http" "IDa" { url = "ECHO/fail/${PATH}" }
  }
}`, true},
	}
}

func parallelPlaces() []leakPlace {
	return []leakPlace{
		{"results", `action "parallel" "ID" {
  MODS
  action "transform" "IDa" {
    input = ANY
    jq    = "."
  }
  action "http" "IDb" {
    url  = "ECHO/a"
    text = TEXT
  }
}
action "log" "IDc" { message = "${try(jsonencode(action.ID.results), "")}" }`, false},
		{"failure inside", `action "parallel" "ID" {
  MODS
  action "transform" "IDa" {
    input = ANY
    jq    = "error(tostring)"
  }
}`, true},
	}
}

func loopPlaces() []leakPlace {
	return []leakPlace{
		{"elements", `action "loop" "ID" {
  for_each = [ANY]
  MODS
  action "log" "IDa" { message = "each ${jsonencode(each.value)}" }
  action "http" "IDb" {
    url  = "ECHO/a"
    json = { n = each.value }
  }
}
action "log" "IDc" { message = "${try(jsonencode(action.ID.results), "")}" }`, false},
		{"keys", `action "loop" "ID" {
  for_each = { (TEXT) = 1 }
  MODS
  action "log" "IDa" { message = "key ${each.key}" }
}`, false},
		{"errors", `action "loop" "ID" {
  for_each      = [ANY]
  on_item_error = "continue"
  MODS
  action "transform" "IDa" { jq = "error($each.value | tostring)" }
}
action "log" "IDc" { message = "${try(jsonencode(action.ID.errors), "")}" }`, false},
		{"iteration before", `action "loop" "ID" {
  while          = each.index < 2
  max_iterations = 3
  MODS
  action "log" "IDa" { message = "before ${jsonencode(each.previous)}" }
  action "transform" "IDb" {
    input = ANY
    jq    = "."
  }
}`, false},
		{"failing element", `action "loop" "ID" {
  for_each = [ANY]
  MODS
  action "http" "IDa" {
    url  = "ECHO/fail/a"
    text = jsonencode(each.value)
  }
}`, true},
	}
}

func flowPlaces() []leakPlace {
	return []leakPlace{
		{"input of a flow that is waited for", `action "flow" "ID" {
  flow  = "CALLEE"
  input = { n = ANY, fail = false }
  MODS
}
action "log" "IDc" { message = "returned ${jsonencode(action.ID)}" }`, false},
		{"input of a flow that is started", `action "flow" "ID" {
  flow  = "CALLEE"
  input = { n = ANY, fail = false }
  wait  = false
  MODS
}`, false},
		{"flow that fails", `action "flow" "ID" {
  flow  = "CALLEE"
  input = { n = ANY, fail = true }
  MODS
}`, true},
		{"started flow that fails", `action "flow" "ID" {
  flow  = "CALLEE"
  input = { n = ANY, fail = true }
  wait  = false
  MODS
}`, false},
	}
}

// leakCallee is the flow that the places of action "flow" call.
const leakCallee = `
flow "CALLEE" {
  trigger "flow" {
    variable "n" { type = any }
    variable "fail" { type = bool }
  }
  action "log" "c1" { message = "called with ${jsonencode(input.n)}" }
  action "transform" "c2" {
    input = input
    jq    = ".n | tostring"
  }
  action "http" "c3" {
    url  = input.fail ? "ECHO/fail/c" : "ECHO/c"
    json = { n = input.n }
  }
  action "stop" "c4" {
    message = "stopped ${jsonencode(input.n)}"
    output  = { text = action.c2.value }
  }
  on_error {
    action "log" "c5" { message = "${error.message} ${jsonencode(input.n)}" }
  }
}
`

func delayPlaces() []leakPlace {
	return []leakPlace{
		{"computed wait", `action "delay" "ID" {
  for = TEXT == "nothing" ? "2ms" : "1ms"
  MODS
}`, false},
		{"wrong wait", `action "delay" "ID" {
  for = RUN
  MODS
}`, true},
	}
}
