package engine_test

// The places of this file are in actions that reach other systems by a connection,
// programs and files.

func emailPlaces() []leakPlace {
	return []leakPlace{
		{"message", `action "email" "ID" {
  to      = { name = "n ${HASH}", address = "to-${HASH}@example.com" }
  cc      = "cc-${HASH}@example.com"
  subject = "subject ${urlencode(TEXT)}"
  text    = "a ${TEXT} b"
  html    = "<p>${TEXT}</p>"
  headers = { X-N = urlencode(TEXT) }
  attachment "a.txt" { content = TEXT }
  MODS
}`, false},
		{"refused recipient", `action "email" "ID" {
  to      = "fail-${HASH}@example.com"
  subject = "x"
  text    = TEXT
  MODS
}`, true},
		{"refused recipient alone", `action "email" "ID" {
  to      = ["ok@example.com", "fail-${HASH}@example.com"]
  subject = "x"
  text    = "y"
  MODS
}`, true},
		{"refused sender", `action "email" "ID" {
  from    = "fail-${HASH}@example.com"
  to      = "ok@example.com"
  subject = "x"
  text    = "y"
  MODS
}`, true},
		{"wrong address", `action "email" "ID" {
  to      = RUN
  subject = "x"
  text    = "y"
  MODS
}`, true},
		{"wrong header", `action "email" "ID" {
  to      = "ok@example.com"
  subject = "x"
  text    = "y"
  headers = { X-N = "${RUN}\nx" }
  MODS
}`, true},
		{"wrong attachment", `action "email" "ID" {
  to      = "ok@example.com"
  subject = "x"
  text    = "y"
  attachment "a.bin" { content_base64 = "*${RUN}" }
  MODS
}`, true},
	}
}

func slackPlaces() []leakPlace {
	return []leakPlace{
		{"text", `action "slack" "ID" {
  connection = connection.slack.bot
  channel    = "#a"
  text       = "a ${TEXT} b"
  MODS
}`, false},
		{"channel and thread", `action "slack" "ID" {
  connection = connection.slack.bot
  channel    = TEXT
  text       = "a"
  thread     = TEXT
  MODS
}`, false},
		{"blocks", `action "slack" "ID" {
  connection = connection.slack.bot
  channel    = "#a"
  blocks     = [{ type = "section", text = { type = "plain_text", text = TEXT } }]
  MODS
}`, false},
		{"incoming webhook", `action "slack" "ID" {
  connection = connection.slack.hook
  text       = TEXT
  MODS
}`, true},
		{"refused message", `action "slack" "ID" {
  connection = connection.slack.bot
  channel    = "#a"
  text       = TEXT
  thread     = "fail"
  MODS
}`, true},
		{"refused channel", `action "slack" "ID" {
  connection = connection.slack.bot
  channel    = TEXT
  text       = "a"
  thread     = "fail"
  MODS
}`, true},
		{"wrong blocks", `action "slack" "ID" {
  connection = connection.slack.bot
  channel    = "#a"
  blocks     = [RUN]
  MODS
}`, true},
	}
}

func jiraPlaces() []leakPlace {
	return []leakPlace{
		{"issue", `action "jira_issue" "ID" {
  connection  = connection.jira.it
  project     = "SHOP"
  type        = "Task"
  summary     = "a ${TEXT}"
  description = "**b** ${TEXT}"
  labels      = [TEXT]
  priority    = TEXT
  assignee    = TEXT
  fields      = { customfield_10010 = ANY }
  unique_key  = TEXT
  MODS
}`, false},
		{"refused issue", `action "jira_issue" "ID" {
  connection = connection.jira.it
  project    = "FAIL"
  type       = "Task"
  summary    = TEXT
  MODS
}`, true},
		{"field that has an attribute", `action "jira_issue" "ID" {
  connection = connection.jira.it
  project    = "SHOP"
  type       = "Task"
  summary    = "x"
  fields     = { (webhook.method == "POST" ? "summary" : "x") = TEXT }
  MODS
}`, true},
		{"comment", `action "jira_comment" "ID" {
  connection = connection.jira.it
  issue      = "SHOP-1"
  body       = "a ${TEXT}"
  MODS
}`, false},
		{"issue of a comment", `action "jira_comment" "ID" {
  connection = connection.jira.it
  issue      = "SHOP-${parseint(substr(HASH, 0, 8), 16)}"
  body       = "a"
  MODS
}`, false},
		{"wrong issue of a comment", `action "jira_comment" "ID" {
  connection = connection.jira.it
  issue      = RUN
  body       = "a"
  MODS
}`, true},
		{"transition", `action "jira_transition" "ID" {
  connection = connection.jira.it
  issue      = "SHOP-1"
  to         = "Done"
  comment    = "a ${TEXT}"
  fields     = { customfield_10010 = ANY }
  MODS
}`, false},
		{"unknown transition", `action "jira_transition" "ID" {
  connection = connection.jira.it
  issue      = "SHOP-1"
  to         = TEXT
  MODS
}`, true},
	}
}

func sqlPlaces() []leakPlace {
	return []leakPlace{
		{"query", `action "sql" "ID" {
  connection = connection.sql.db
  query      = "SELECT ? AS a, upper(?) AS b"
  args       = [TEXT, TEXT]
  MODS
}`, false},
		{"exec", `action "sql" "ID" {
  connection = connection.sql.db
  exec       = "CREATE TABLE IF NOT EXISTS t_ID (n VARCHAR UNIQUE)"
  MODS
}
action "sql" "IDa" {
  connection = connection.sql.db
  exec       = "INSERT INTO t_ID VALUES (?) RETURNING n"
  args       = [ANY]
  MODS
}`, false},
		{"constraint", `action "sql" "ID" {
  connection = connection.sql.db
  MODS
  statement { exec = "CREATE TABLE IF NOT EXISTS u (n VARCHAR CHECK (n = 'nothing'))" }
  statement {
    exec = "INSERT INTO u VALUES (?)"
    args = [TEXT]
  }
}`, true},
		{"error of a function", `action "sql" "ID" {
  connection = connection.sql.db
  query      = "SELECT json_extract('{', ?), json_extract('{}', ?)"
  args       = [TEXT, TEXT]
  MODS
}`, true},
	}
}

// postgresPlaces are places of actions on a PostgreSQL server.
func postgresPlaces() []leakPlace {
	return []leakPlace{
		{"query of a server", `action "sql" "ID" {
  connection = connection.sql.server
  query      = "SELECT $1::text AS a"
  args       = [TEXT]
  MODS
}`, false},
		{"wrong type", `action "sql" "ID" {
  connection = connection.sql.server
  query      = "SELECT $1::int AS a"
  args       = ["x${TEXT}"]
  MODS
}`, true},
		{"wrong cast in the server", `action "sql" "ID" {
  connection = connection.sql.server
  query      = "SELECT ('x' || $1::text)::uuid AS a"
  args       = [TEXT]
  MODS
}`, true},
		{"error of a function of the server", `action "sql" "ID" {
  connection = connection.sql.server
  query      = "SELECT to_date($1, 'YYYY-MM-DD'), parse_ident($1)"
  args       = ["!${TEXT}"]
  MODS
}`, true},
	}
}

func execPlaces() []leakPlace {
	const script = `cat; echo "$V"; echo "$V $1" >&2; exit `
	return []leakPlace{
		{"arguments", `action "exec" "ID" {
  command = ["/bin/sh", "-c", "printf %s \"$1\"", "sh", TEXT]
  MODS
}`, false},
		{"standard input and environment", `action "exec" "ID" {
  command = ["/bin/sh", "-c", ` + quoteHCL(script+"0") + `]
  env     = { V = TEXT }
  stdin   = TEXT
  MODS
}`, false},
		{"failure", `action "exec" "ID" {
  command = ["/bin/sh", "-c", ` + quoteHCL(script+"3") + `, "sh", TEXT]
  env     = { V = TEXT }
  MODS
}`, true},
		{"failure by standard input", `action "exec" "ID" {
  command = ["/bin/sh", "-c", "cat >&2; exit 3"]
  stdin   = TEXT
  MODS
}`, true},
		{"wrong argument", `action "exec" "ID" {
  command = ["/bin/echo", "${RUN}\u0000"]
  MODS
}`, true},
	}
}

func filePlaces() []leakPlace {
	return []leakPlace{
		{"content", `action "file" "ID" {
  path    = "a-${HASH}"
  content = TEXT
  MODS
}`, false},
		{"path that leads out", `action "file" "ID" {
  path    = "../${RUN}"
  content = TEXT
  MODS
}`, true},
		{"folder that is missing", `action "file" "ID" {
  path    = "nowhere/${HASH}/a"
  content = TEXT
  MODS
}`, false},
		{"folder in place of a file", `action "file" "ID" {
  path    = "${HASH == "" ? "" : "folder"}"
  content = TEXT
  MODS
}`, true},
		{"wrong base64", `action "file" "ID" {
  path           = "b"
  content_base64 = "*${RUN}"
  MODS
}`, true},
	}
}

// leakConnectionsOf are connections that hold a value. Their servers refuse it.
const leakConnectionsOf = `
connection "http" "LINK_bearer" {
  base_url = "ECHO/fail"
  bearer { token = TEXT }
}
connection "http" "LINK_basic" {
  base_url = "ECHO/a"
  basic {
    username = "u"
    password = TEXT
  }
}
connection "http" "LINK_query" {
  base_url = "ECHO/a/${PATH}"
  query {
    name  = "key"
    value = TEXT
  }
}
connection "slack" "LINK_hook" { webhook_url = "ECHO/fail/${PATH}" }
connection "slack" "LINK_bot" {
  token    = "xoxb-${base64encode(TEXT)}"
  base_url = "ECHO/fail"
}
connection "jira" "LINK_jira" {
  base_url = "ECHO/jira/FAIL"
  email    = "bot@example.com"
  token    = TEXT
}
connection "smtp" "LINK_smtp" {
  host     = "127.0.0.1"
  port     = MAIL
  certificates { insecure_skip_verify = true }
  username = "u"
  password = TEXT
  from     = "gateway@example.com"
}
connection "sql" "LINK_sql" {
  driver = "postgres"
  url    = "postgres://u:${PATH}@127.0.0.1:1/${PATH}?sslmode=disable"
}
`

func connectionPlaces() []leakPlace {
	return []leakPlace{
		{"bearer", `action "http" "ID" {
  connection = connection.http.LINK_bearer
  url        = "/x"
  MODS
}`, true},
		{"basic", `action "http" "ID" {
  connection = connection.http.LINK_basic
  url        = "/x"
  MODS
}`, false},
		{"base_url and query", `action "webhook" "ID" {
  connection = connection.http.LINK_query
  url        = "/x"
  field "a" { value = "b" }
  MODS
}`, false},
		{"webhook of Slack", `action "slack" "ID" {
  connection = connection.slack.LINK_hook
  text       = "x"
  MODS
}`, true},
		{"bot of Slack", `action "slack" "ID" {
  connection = connection.slack.LINK_bot
  channel    = "#a"
  text       = "x"
  MODS
}`, true},
		{"token of Jira", `action "jira_comment" "ID" {
  connection = connection.jira.LINK_jira
  issue      = "SHOP-1"
  body       = "x"
  MODS
}`, true},
		{"password of a mail server", `action "email" "ID" {
  connection = connection.smtp.LINK_smtp
  to         = "ok@example.com"
  subject    = "x"
  text       = "y"
  MODS
}`, true},
		{"URL of a database", `action "sql" "ID" {
  connection = connection.sql.LINK_sql
  query      = "SELECT 1"
  MODS
}`, true},
	}
}
