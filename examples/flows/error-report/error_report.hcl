# Once a day, a mail with everything that failed. A day without a failure sends none.

connection "smtp" "report" {
  host = env("SMTP_HOST", "127.0.0.1")
  port = tonumber(env("SMTP_PORT", "1025"))
  tls  = env("SMTP_TLS", "none")
  from = "Gateway <gateway@example.com>"
}

flow "error_report" {
  label       = "Daily error report"
  description = "Mails the failures of a day to the operators."

  trigger "failure" {
    digest = "24h" # begins with the first failure after the last report
  }

  retry {
    attempts = 20
    max      = "30m"
  }

  action "email" "report" {
    connection = connection.smtp.report
    to         = env("REPORT_TO", "ops@example.com")
    subject    = "${failure.count} failed runs"
    text       = <<-TEXT
      %{for c in failure.causes~}
      ${c.count} x ${c.flow}${c.action == null ? "" : ", action ${c.action}"}: ${c.message}
      %{endfor~}

      The first runs: ${join(", ", failure.runs)}
    TEXT
  }
}
