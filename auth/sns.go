package auth

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/flow"
)

// sns checks the signature of Amazon SNS over members of the body. All topics of
// all customers are signed with the same keys, so the topic must be given.
type sns struct {
	bodySender
	topics       []string
	tolerance    time.Duration // 0 if messages do not expire
	certificates certificates
}

func (s *sns) Describe(spec *schema.Spec) {
	spec.Doc = "Checks the signature of [messages of Amazon SNS](https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html), versions 1 and 2. " +
		"The gateway fetches the certificate from `sns.REGION.amazonaws.com`, or `.amazonaws.com.cn`, and keeps it; while it can't be fetched, the sender gets 503. SNS sends `text/plain`, so `content_types` of the trigger needs `text`; the check reads the members of the body whatever its type is, because the signature covers them and not the type."
	schema.Texts(spec, &s.topics, "topic_arn", "The ARN of the topic, or a list of them. Amazon signs the topics of all its customers with the same keys, so a message of another topic is refused.", schema.Required())
	schema.Attr(spec, &s.tolerance, "tolerance", "The maximum difference between the `Timestamp` of the message, which is signed, and the clock of the gateway. SNS delivers a message for at most an hour, so `1h` refuses none and limits how long a message can be sent again. By default the time is not checked.")
	spec.Check(s.checkTopics)
	spec.Check(s.checkTolerance)
	spec.Example(schema.Example{Title: "Messages of one topic", HCL: "topic_arn = \"arn:aws:sns:eu-central-1:123456789012:orders\"\ntolerance = \"1h\""})
}

// topicPattern is the form of an ARN of a topic.
var topicPattern = regexp.MustCompile(`^arn:aws[a-z-]*:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_.-]{1,256}$`)

func (s *sns) checkTopics(_ *schema.Context, d *schema.Decoded) hcl.Diagnostics {
	if len(s.topics) == 0 {
		return hcl.Diagnostics{d.Problem("topic_arn", "No topic", "An empty list accepts no message. Give the ARN of at least one topic.")}
	}
	var diags hcl.Diagnostics
	for i, topic := range s.topics {
		if !topicPattern.MatchString(topic) {
			diags = append(diags, diag.Error(elementRange(d, "topic_arn", i), "Not a topic", `The ARN of a topic looks like "arn:aws:sns:eu-central-1:123456789012:orders".`))
		}
	}
	return diags
}

func (s *sns) checkTolerance(_ *schema.Context, d *schema.Decoded) hcl.Diagnostics {
	if !d.Has("tolerance") || s.tolerance > 0 {
		return nil
	}
	return hcl.Diagnostics{d.Problem("tolerance", "Wrong value", `It must be positive. Write a duration such as "1h".`)}
}

// Open implements Opener.
func (s *sns) Open(r *flow.Resources) error { return s.certificates.open(r) }

func (s *sns) Verify(ctx context.Context, r *Request) error {
	object, err := decodeObject(r.Body)
	if err != nil {
		return err
	}
	if !slices.Contains(s.topics, textMember(object, "TopicArn")) {
		return errors.New("the message is of another topic")
	}
	if s.tolerance > 0 {
		if err := (timeSource{format: rfc3339Name, tolerance: s.tolerance}).check(textMember(object, "Timestamp"), r.Now); err != nil {
			return err
		}
	}
	algorithm, ok := map[string]string{"1": rsaSHA1Name, "2": rsaSHA256Name}[textMember(object, "SignatureVersion")]
	if !ok {
		return errors.New("the version of the signature is neither 1 nor 2")
	}
	text, err := snsText(object)
	if err != nil {
		return err
	}
	at := textMember(object, "SigningCertURL")
	if !isSNSCertificate(at) {
		return errors.New("SigningCertURL is not a certificate of Amazon SNS")
	}
	key, err := s.certificates.key(ctx, at, r.Now)
	if err != nil {
		return err
	}
	return matchRSA(key, algorithm, []byte(text), textMember(object, "Signature"))
}

// snsText returns the text that is signed: members in a fixed order, each with its
// name. The subject is signed if there is one.
func snsText(object map[string]any) (string, error) {
	var names []string
	switch kind := textMember(object, "Type"); kind {
	case "Notification":
		names = []string{"Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"}
	case "SubscriptionConfirmation", "UnsubscribeConfirmation":
		names = []string{"Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"}
	default:
		return "", errors.New("the message is of no known type")
	}
	var b strings.Builder
	for _, name := range names {
		if name == "Subject" && object[name] == nil {
			continue
		}
		text, ok := object[name].(string)
		if !ok {
			return "", fmt.Errorf("the message has no text %s", name)
		}
		b.WriteString(name + "\n" + text + "\n")
	}
	return b.String(), nil
}

// snsHost takes names of regions only: sns.s3-us-west-2.amazonaws.com is the host of a
// bucket with the name sns, which belongs to some customer.
var (
	snsHost = regexp.MustCompile(`^sns\.[a-z]{2}(-[a-z]{3,4})?-[a-z]{4,9}-[0-9]{1,2}\.amazonaws\.com(\.cn)?$`)
	snsPath = regexp.MustCompile(`^/SimpleNotificationService-[0-9a-f]{32}\.pem$`)
)

// isSNSCertificate reports whether a URL is one at which Amazon publishes the
// certificates of SNS: by HTTPS, on the host of SNS in a region.
func isSNSCertificate(text string) bool {
	u, err := url.Parse(text)
	return err == nil && u.Scheme == "https" && u.User == nil && u.RawQuery == "" && u.Fragment == "" &&
		IsSNSHost(u.Host) && snsPath.MatchString(u.EscapedPath())
}

// IsSNSHost reports whether a host is that of Amazon SNS in a region.
func IsSNSHost(host string) bool { return snsHost.MatchString(host) }
