package challenge

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/webhook-gateway/gateway/auth"
	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/outbound"
)

const (
	// confirmTimeout is less than the 15 s that SNS waits for an answer.
	confirmTimeout = 10 * time.Second
	// maxConfirmation is the size of the answer of SNS, which is not read.
	maxConfirmation = 64 << 10
)

// sns confirms subscriptions by a request to Amazon SNS.
type sns struct {
	handshake
	// get sends a request and returns the status of its answer. It is nil until the
	// trigger is in service.
	get func(ctx context.Context, url string) (status int, err error)
}

func newSNS() *sns {
	return &sns{handshake: handshake{methods: []string{http.MethodPost}, signedBy: []string{"sns"}}}
}

// Describe declares the block.
func (c *sns) Describe(s *schema.Spec) {
	s.Doc = "Confirms [subscriptions of Amazon SNS](https://docs.aws.amazon.com/sns/latest/dg/SendMessageToHttp.prepare.html): the gateway requests the `SubscribeURL` of the message. " +
		"SNS signs the message, so the trigger needs `auth \"sns\"`, whose `topic_arn` says which topics are confirmed. The request goes by HTTPS to the host `sns.REGION.amazonaws.com` or `sns.REGION.amazonaws.com.cn` only, if `egress` of the `gateway` block lets it, and follows no redirect. " +
		"If it fails, SNS gets 503 and asks again. An `UnsubscribeConfirmation` is answered with 200, and the gateway does not subscribe again."
	s.Example(schema.Example{Title: "Confirm subscriptions to the topics of the auth block"})
}

// Open makes the client that confirms.
func (c *sns) Open(r *flow.Resources) error {
	policy, err := outbound.ParsePolicy(r.Settings.Egress)
	if err != nil {
		return fmt.Errorf("egress: %w", err)
	}
	proxy := outbound.Proxy{HTTP: r.Settings.ProxyHTTP, HTTPS: r.Settings.ProxyHTTPS, Exempt: r.Settings.NoProxy}
	client, err := flow.Resource(r, fmt.Sprintf("challenge sns %q %q", r.Settings.Egress, proxy), func() (*outbound.Client, func(), error) {
		client := outbound.New(outbound.Options{Policy: policy, Clock: r.Settings.Clock, Timeout: confirmTimeout, Proxy: proxy})
		return client, client.CloseIdle, nil
	})
	if err != nil {
		return err
	}
	c.get = func(ctx context.Context, url string) (int, error) {
		answer, err := client.Do(ctx, &outbound.Request{URL: url, MaxResponse: maxConfirmation})
		if err != nil {
			return 0, err
		}
		return answer.Status, nil
	}
	return nil
}

// Answer confirms the subscription of a message whose signature was checked.
func (c *sns) Answer(ctx context.Context, r *auth.Request) *Answer {
	message := decodeObject(r)
	switch textMember(message, "Type") {
	case "UnsubscribeConfirmation":
		return &Answer{Status: http.StatusOK, Note: "The subscription has ended."}
	case "SubscriptionConfirmation":
		return c.confirm(ctx, textMember(message, "SubscribeURL"))
	}
	return nil
}

func (c *sns) confirm(ctx context.Context, at string) *Answer {
	if !confirmsSubscription(at) {
		return &Answer{Status: http.StatusBadRequest, Refusal: errors.New("SubscribeURL is no confirmation at the host of Amazon SNS")}
	}
	if c.get == nil {
		return &Answer{Status: http.StatusServiceUnavailable, Refusal: errors.New("the trigger is not in service")}
	}
	status, err := c.get(ctx, at)
	switch {
	case err != nil:
		return &Answer{Status: http.StatusServiceUnavailable, Refusal: fmt.Errorf("the subscription can't be confirmed: %w", err)}
	case status != http.StatusOK:
		return &Answer{Status: http.StatusServiceUnavailable, Refusal: fmt.Errorf("the subscription can't be confirmed: Amazon SNS answered with status %d", status)}
	}
	return &Answer{Status: http.StatusOK, Note: "The subscription is confirmed."}
}

// confirmsSubscription reports whether a URL is a confirmation at Amazon SNS, by
// HTTPS and on the host of a region.
func confirmsSubscription(text string) bool {
	u, err := url.Parse(text)
	return err == nil && u.Scheme == "https" && u.User == nil && u.Fragment == "" && u.EscapedPath() == "/" &&
		auth.IsSNSHost(u.Host) && u.Query().Get("Action") == "ConfirmSubscription"
}
