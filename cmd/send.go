package cmd

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"github.com/webhook-gateway/gateway/config/load"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/internal/keys"
	"github.com/webhook-gateway/gateway/internal/termtext"
)

// sender executes `gateway send`.
type sender struct {
	*command
	admin    adminFlags
	sample   sampleFlags
	unsigned bool
	watch    bool
	print    string
}

func (c *command) sendCommand() *cobra.Command {
	s := &sender{command: c}
	cmd := &cobra.Command{
		Use:   "send FLOW [PATH ...]",
		Short: "Send a signed sample request to a flow",
		Long: `Sends a request to a flow of a running gateway, signed as its sender would, and
prints the answer. The flow files under the paths (default: the current folder) say
how to sign; their secrets are read here, from the same files and variables of the
environment as by "gateway run".

The body is that of --sample or --json. By default it is the file of the folder
"samples" beside the flow file that has the name of the flow, or the only file there,
or else one that is made from the variables. The request goes to the gateway on this
machine unless --url names another.

  gateway send orders --watch
  gateway send orders --json '{"order_id": "A-1"}' --header "X-Request-Id: r-1"
  gateway send orders --print curl

--print curl sends nothing: it prints a curl command in which placeholders stand for
credentials and signatures.

Exit codes: 0 an answer below 400, and with --watch a run that succeeded; 1 another
answer, or another end of the run; 2 wrong use, or no gateway.`,
		Args: someArgs,
		RunE: func(cmd *cobra.Command, args []string) error { return s.run(cmd.Context(), args[0], args[1:]) },
	}
	f := cmd.Flags()
	f.StringVar(&s.sample.file, "sample", "", "file with the body")
	f.StringVar(&s.sample.json, "json", "", "body as JSON")
	f.StringVar(&s.sample.method, "method", "", "method; by default the first that the flow accepts")
	f.StringVar(&s.sample.url, "url", "", "start of the URL of the gateway (default: the gateway on this machine)")
	f.StringArrayVar(&s.sample.headers, "header", nil, `header field, such as "X-Event: push"; may be given several times`)
	f.StringArrayVar(&s.sample.query, "query", nil, "parameter of the query, such as page=1; may be given several times")
	f.StringArrayVar(&s.sample.path, "path", nil, "value of a placeholder of the path, such as region=eu; may be given several times")
	f.BoolVar(&s.unsigned, "unsigned", false, "send no credentials and no signature")
	f.BoolVar(&s.watch, "watch", false, "print what happens until the run is over")
	f.StringVar(&s.print, "print", "", `"curl": print a curl command and send nothing`)
	s.admin.addTo(cmd)
	return cmd
}

func (s *sender) run(ctx context.Context, name string, paths []string) error {
	switch {
	case s.print != "" && s.print != "curl":
		return fmt.Errorf("--print takes curl, not %q", s.print)
	case s.sample.file != "" && s.sample.json != "":
		return errors.New("--sample and --json both give the body: leave one out")
	case s.print != "" && s.watch:
		return errors.New("--print sends nothing that --watch could follow")
	}
	f, loaded, err := s.loadFlow(name, paths)
	if err != nil {
		return err
	}
	sample, base, err := s.sample.build(s.command, f, loaded, s.dataFolder(s.admin.data))
	if err != nil {
		return err
	}
	var credentials []string
	if !s.unsigned {
		credentials, err = signSample(f, sample)
		switch {
		case err != nil && s.print != "":
			_, _ = fmt.Fprintf(s.err, "gateway: without credentials: %v\n", err)
		case err != nil:
			return s.nameUnsetSecrets(err, paths)
		}
	}
	if s.print != "" {
		return s.printCurl(sample, base, credentials, loaded)
	}
	return s.send(ctx, sample, base)
}

// The bounds of a request that is sent.
const (
	sendTimeout   = 2 * time.Minute
	maxSendAnswer = 1 << 20
)

func (s *sender) send(ctx context.Context, sample *flow.Sample, base string) error {
	sending, cancel := clock.WithTimeout(ctx, s.clock, sendTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(sending, sample.Method, base+sample.URI, bytes.NewReader(sample.Body))
	if err != nil {
		return fmt.Errorf("making the request: %w", err)
	}
	req.Header = sample.Header
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(req)
	if err != nil {
		return fmt.Errorf("%w; is the gateway running, and is --url right?", err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxSendAnswer))
	if err != nil {
		return fmt.Errorf("reading the answer: %w", err)
	}
	if err := s.printAnswer(resp, body); err != nil {
		return err
	}
	if s.watch {
		return s.follow(ctx, resp)
	}
	if resp.StatusCode >= http.StatusBadRequest {
		return exit(exitFindings)
	}
	return nil
}

// follow watches the run of an answer.
func (s *sender) follow(ctx context.Context, resp *http.Response) error {
	id := resp.Header.Get("Gateway-Run")
	if id == "" {
		return errors.New("the answer names no run; did a gateway answer?")
	}
	a, err := s.adminClient(s.admin)
	if err != nil {
		return err
	}
	_, _ = fmt.Fprintln(s.out)
	return s.watchRun(ctx, a, id)
}

// shownHeaders are the header fields of an answer that are printed.
func shownHeaders() []string {
	return []string{"Gateway-Run", "Gateway-Replayed", "Gateway-Ignored", "Content-Type", "Location", "Retry-After", "Allow", "Www-Authenticate", "Ratelimit"}
}

func (s *sender) printAnswer(resp *http.Response, body []byte) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n", resp.Status)
	for _, name := range shownHeaders() {
		for _, value := range resp.Header.Values(name) {
			fmt.Fprintf(&b, "%s: %s\n", name, value)
		}
	}
	switch {
	case len(body) == 0:
	case utf8.Valid(body):
		fmt.Fprintf(&b, "\n%s\n", strings.TrimRight(string(body), "\n"))
	default:
		fmt.Fprintf(&b, "\n(%d bytes that are no text)\n", len(body))
	}
	_, err := io.WriteString(s.out, termtext.EscapeLines(b.String()))
	return err
}

// printCurl prints the request as a curl command. Credentials and signatures are
// placeholders.
func (s *sender) printCurl(sample *flow.Sample, base string, credentials []string, loaded *load.Config) error {
	uri := sample.URI
	var words []string
	for _, name := range sortedNames(sample.Header) {
		for _, value := range sample.Header[name] {
			if slices.Contains(credentials, name) {
				value = hideCredential(value, name)
			}
			words = append(words, "-H "+quoteForShell(name+": "+value))
		}
	}
	for _, secret := range loaded.Secrets {
		uri = strings.ReplaceAll(uri, secret, "SECRET")
	}
	if len(sample.Body) > 0 {
		words = append(words, "--data-binary "+quoteForShell(string(sample.Body)))
	}
	line := "curl -X " + sample.Method
	for _, w := range words {
		line += " \\\n  " + w
	}
	_, err := fmt.Fprintf(s.out, "%s \\\n  %s\n", line, quoteForShell(base+uri))
	return err
}

func sortedNames(h http.Header) []string {
	names := make([]string, 0, len(h))
	for name := range h {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// hideCredential returns a placeholder for the value of a header field. A scheme such
// as Bearer stays.
func hideCredential(value, name string) string {
	placeholder := "<" + name + ">"
	if scheme, _, ok := strings.Cut(value, " "); ok && name == "Authorization" {
		return scheme + " " + placeholder
	}
	return placeholder
}

// readGatewayKey returns the key of the gateway, from which paths are derived.
func readGatewayKey(data, given string) ([]byte, error) {
	key, err := keys.ReadKey(data, given)
	if isNotExist(err) {
		return nil, errNoKey
	}
	return key, explainDataError(data, err)
}
