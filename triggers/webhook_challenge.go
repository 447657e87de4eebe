package triggers

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/webhook-gateway/gateway/auth"
	"github.com/webhook-gateway/gateway/auth/challenge"
	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/flow"
)

// namedChallenge is a challenge block.
type namedChallenge struct {
	challenge.Challenge
	kind    string
	at      hcl.Range
	secrets []string // names of the secrets that its attribute "secret" reads
}

func (w *webhook) addChallenge(b *hclsyntax.Block, c challenge.Challenge) {
	w.challenges = append(w.challenges, namedChallenge{c, b.Labels[0], b.DefRange(), secretsOf(b)})
}

// openChallenges opens the challenges that need a client.
func (w *webhook) openChallenges(r *flow.Resources) error {
	for _, c := range w.challenges {
		if o, ok := c.Challenge.(challenge.Opener); ok {
			if err := o.Open(r); err != nil {
				return fmt.Errorf("challenge %q: %w", c.kind, err)
			}
		}
	}
	return nil
}

// kindsInside returns the kind of an auth block, and those of the blocks inside.
func kindsInside(b *hclsyntax.Block) []string {
	kinds := []string{b.Labels[0]}
	for _, inner := range b.Body.Blocks {
		if len(inner.Labels) > 0 {
			kinds = append(kinds, inner.Labels[0])
		}
	}
	return kinds
}

// challengeMethods returns the methods of challenges that the trigger does not
// accept otherwise.
func (w *webhook) challengeMethods() []string {
	var out []string
	for _, c := range w.challenges {
		for _, method := range c.Methods() {
			if method != http.MethodPost && !slices.Contains(w.methods, method) {
				out = append(out, method)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Challenge answers a request with one of the methods of challenges.
func (w *webhook) Challenge(r *http.Request, in flow.Incoming) *flow.Problem {
	if !w.allowsAddress(in.RemoteIP) {
		return forbiddenProblem()
	}
	return w.answerUnsigned(r, in)
}

// answerUnsigned answers a challenge that its provider does not sign. It returns nil
// for another request, of which the body can still be read.
func (w *webhook) answerUnsigned(r *http.Request, in flow.Incoming) *flow.Problem {
	var request *auth.Request
	for _, c := range w.challenges {
		if len(c.SignedBy()) > 0 || !slices.Contains(c.Methods(), r.Method) {
			continue
		}
		if request == nil {
			request = newAuthRequest(r, in)
		}
		if !c.Asks(request) || !peekBody(r, request) {
			continue
		}
		if answer := c.Answer(r.Context(), request); answer != nil {
			return c.problem(answer)
		}
	}
	return nil
}

// peekBody gives a request its body, if that is small enough for a challenge. The
// body can still be read from its beginning.
func peekBody(r *http.Request, request *auth.Request) bool {
	if r.Method != http.MethodPost || request.Body != nil || r.Body == nil || r.Body == http.NoBody {
		return true
	}
	if r.ContentLength > challenge.MaxBody || len(r.Header["Content-Encoding"]) > 0 {
		return false
	}
	head, err := io.ReadAll(io.LimitReader(r.Body, challenge.MaxBody+1))
	r.Body = struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(head), r.Body), r.Body}
	if err != nil || len(head) > challenge.MaxBody {
		return false
	}
	request.Body = head
	return true
}

// refuseForgery refuses a body that a challenge may have signed for a stranger. It
// reads the body as it was sent, which is what a signature covers: a token may also
// be the compressed form of an event.
func (w *webhook) refuseForgery(sent []byte) *flow.Problem {
	for _, c := range w.challenges {
		if guard, ok := c.Challenge.(challenge.ForgeryGuard); ok && guard.MaySign(sent) {
			return w.unauthorizedProblem(fmt.Errorf("challenge %q may have signed the body", c.kind))
		}
	}
	return nil
}

// answerSigned answers a challenge whose signature was checked.
func (w *webhook) answerSigned(r *http.Request, in flow.Incoming, accepting auth.Check, raw []byte) *flow.Problem {
	var request *auth.Request
	for _, c := range w.challenges {
		if !c.isSignedBy(w.writtenAs(accepting).signers) || !slices.Contains(c.Methods(), r.Method) || len(raw) > challenge.MaxBody {
			continue
		}
		if request == nil {
			request = newAuthRequest(r, in)
			request.Body = raw
		}
		if !c.Asks(request) {
			continue
		}
		if answer := c.Answer(r.Context(), request); answer != nil {
			return c.problem(answer)
		}
	}
	return nil
}

// isSignedBy reports whether one of the kinds of auth checks the signature of the
// challenge.
func (c namedChallenge) isSignedBy(kinds []string) bool {
	return slices.ContainsFunc(c.SignedBy(), func(kind string) bool { return slices.Contains(kinds, kind) })
}

// problem returns an answer in the form of a request that starts no run.
func (c namedChallenge) problem(a *challenge.Answer) *flow.Problem {
	if a.Refusal != nil {
		outcome := "challenge_refused"
		if a.Status >= http.StatusInternalServerError {
			outcome = "challenge_unavailable" // the fault is not the caller's
		}
		return &flow.Problem{
			Status: a.Status, Outcome: outcome, Cause: fmt.Errorf("challenge %q: %w", c.kind, a.Refusal),
			Detail: "The gateway does not answer this challenge.",
		}
	}
	detail := fmt.Sprintf("The trigger answered challenge %q.", c.kind)
	if a.Note != "" {
		detail += " " + a.Note
	}
	return &flow.Problem{
		Status: a.Status, Outcome: flow.OutcomeChallenge, Detail: detail,
		Response: &flow.Response{Status: a.Status, Header: a.Header, Body: a.Body},
	}
}

// answersWithoutBody reports whether a provider accepts no body in an answer.
func (w *webhook) answersWithoutBody() bool {
	return slices.ContainsFunc(w.challenges, func(c namedChallenge) bool {
		without, ok := c.Challenge.(challenge.WithoutBody)
		return ok && without.WantsNoBody()
	})
}

// checkChallenges reports challenges that the trigger could never answer.
func (w *webhook) checkChallenges() hcl.Diagnostics {
	var diags hcl.Diagnostics
	seen := map[string]bool{}
	for _, c := range w.challenges {
		if seen[c.kind] {
			diags = append(diags, diag.Error(c.at, "Challenge given twice", fmt.Sprintf("The trigger has a challenge %q already. Remove one of them.", c.kind)))
		}
		seen[c.kind] = true
		if slices.Contains(c.Methods(), http.MethodPost) && !slices.Contains(w.methods, http.MethodPost) {
			diags = append(diags, diag.Error(c.at, "Method not accepted", fmt.Sprintf("Challenge %q comes by POST, which the trigger does not accept. Add POST to methods.", c.kind)))
		}
		if len(c.SignedBy()) > 0 && !slices.ContainsFunc(w.written, func(check writtenCheck) bool { return c.isSignedBy(check.signers) }) {
			diags = append(diags, diag.Error(c.at, "Missing auth block", fmt.Sprintf(
				"The sender signs challenge %q, and the trigger checks no such signature. Add auth %s to the trigger.", c.kind, quoteKinds(c.SignedBy()))))
		}
	}
	return append(diags, w.checkHandshakes()...)
}

// handshakeSenders lists the senders whose secrets the checks take from handshakes.
func (w *webhook) handshakeSenders() []string {
	var senders []string
	for _, c := range w.checks {
		senders = append(senders, auth.HandshakeSenders(c)...)
	}
	return senders
}

// checkHandshakes reports a challenge that keeps a secret which no check reads, and a
// check that reads a secret which no challenge keeps.
func (w *webhook) checkHandshakes() hcl.Diagnostics {
	var diags hcl.Diagnostics
	readers, kept := w.handshakeSenders(), []string{}
	for _, c := range w.challenges {
		keeper, ok := c.Challenge.(challenge.SecretKeeper)
		if !ok {
			continue
		}
		sender := keeper.KeepsSecretOf()
		kept = append(kept, sender)
		if !slices.Contains(readers, sender) {
			diags = append(diags, diag.Error(c.at, "No auth block for the secret", fmt.Sprintf(
				"Challenge %q keeps a secret that no check reads. Add auth %q {} to the trigger, without secret; if it has one, remove that or the challenge.", c.kind, sender)))
		}
	}
	for i, c := range w.checks {
		for _, sender := range auth.HandshakeSenders(c) {
			if !slices.Contains(kept, sender) {
				diags = append(diags, diag.Error(w.written[i].place, "Missing secret", fmt.Sprintf(
					"Nothing brings the secret of auth %q. Add challenge %q {} to the trigger, which keeps the secret of the handshake, or give secret.", sender, sender)))
			}
		}
	}
	return diags
}

func quoteKinds(kinds []string) string {
	quoted := make([]string, len(kinds))
	for i, kind := range kinds {
		quoted[i] = fmt.Sprintf("%q", kind)
	}
	return strings.Join(quoted, " or ")
}
