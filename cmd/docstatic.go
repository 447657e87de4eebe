package cmd

// namesPage lists the names that expressions may read.
func namesPage() page {
	return page{name: "names", summary: "What expressions may read.", text: `# Names

Known when the files are loaded, everywhere:

| name | what |
| --- | --- |
| ` + "`local.NAME`" + ` | a value of a ` + "`locals`" + ` block |
| ` + "`secret.NAME`" + ` | a secret; whatever reads one is sensitive |
| ` + "`connection.KIND.NAME`" + ` | a connection, for actions that take one |

Known per run:

| name | what |
| --- | --- |
| ` + "`webhook.VARIABLE`" + ` | a declared variable, of its declared type; null where it is missing, not required and without default |
| ` + "`webhook.body`" + ` | the decoded body; null where there is none |
| ` + "`webhook.headers[\"NAME\"]`" + ` | a header field, looked up without regard to case; null where the caller did not send it |
| ` + "`webhook.query.NAME`" + ` | a parameter of the query; nested where it is written ` + "`a[b]=1`, `a[]=1` or `a[0].b=1`" + `; null where the caller did not send it |
| ` + "`webhook.path.NAME`" + ` | a segment of the path that the pattern names |
| ` + "`webhook.method`, `.url`, `.remote_ip`, `.received_at`, `.raw`" + ` | the request; ` + "`raw`" + ` is the body's bytes as text |
| ` + "`action.NAME.OUTPUT`" + ` | what an earlier action returned; null where it was skipped |
| ` + "`run.id`, `run.attempt`, `run.started_at`" + ` | this run |
| ` + "`flow.name`, `flow.label`" + ` | this flow |
| ` + "`error.action`, `error.message`, `error.class`" + ` | what failed; inside of ` + "`on_error`" + ` |

An action can name what surely ran before it: earlier actions in its own list and in the lists around it. A member that does not exist fails the run; ` + "`try(webhook.body.note, \"none\")`" + ` gives a default. In ` + "`on_error`" + ` every action of the flow can be named; those that were not completed are null.

In a jq program the same names stand behind a dollar: ` + "`$webhook`, `$action`, `$run`, `$flow`" + `.
`}
}

// answersPage lists what callers get.
func answersPage() page {
	return page{name: "answers", summary: "What callers of an endpoint get.", text: `# Answers

What the caller of a webhook gets. Refusals are ` + "`application/problem+json`" + ` ([RFC 9457](https://www.rfc-editor.org/rfc/rfc9457)) with the members ` + "`title`, `status`, `detail`, `run` and, where values are wrong, `errors`" + `: each with its JSON pointer, what was expected and the type of what came. Every answer has a header ` + "`Gateway-Run`" + ` that names the run in the log.

| status | when |
| --- | --- |
| what ` + "`respond`" + ` or the response block says | the run reached it |
| 200 ` + "`ok`" + ` | the run ended without either |
| 400 | the body is not what its type says: malformed, too deep, duplicate names, not UTF-8 |
| 401 | no or wrong credentials or signature |
| 403 | the address is not in ` + "`allow_ips`" + ` |
| 404 | no such endpoint, or its flow is disabled |
| 405 | wrong method; ` + "`Allow`" + ` lists the right ones |
| 408 | the body came too slowly |
| 413 | the body is larger than ` + "`limits.body`" + ` |
| 415 | the body is of a type that the flow does not accept |
| 422 | variables are missing or wrong: every fault in one answer |
| 431 | the header is larger than ` + "`limits.headers`" + ` |
| 500 | the run failed |
| 502 | the other side of a request failed the run |
| 503 | too many runs are under way, or the gateway stops; with ` + "`Retry-After`" + ` |
| 504 | the run took too long |
`}
}
