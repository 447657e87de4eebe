package auth

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"

	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/internal/value"
)

// bodySender is the common part of senders that are checked by code of their own.
// Each of them reads the body.
type bodySender struct{}

// NeedsBody is true.
func (bodySender) NeedsBody() bool { return true }

// Challenge is the one of signatures.
func (bodySender) Challenge() string { return formatChallenge("Signature", defaultRealm) }

// Headers is empty for senders whose signature is in the body.
func (bodySender) Headers() []string { return nil }

// Query is empty.
func (bodySender) Query() []string { return nil }

// sendersInCode returns the senders that no scheme describes.
func sendersInCode() []Kind {
	return []Kind{
		{Name: "twilio", New: func() Check { return &twilio{} }},
		{Name: "mailgun", New: func() Check { return &mailgun{} }},
		{Name: "adyen", New: func() Check { return &adyen{} }},
		{Name: "braintree", New: func() Check { return &braintree{} }},
		{Name: "contentful", New: func() Check { return &contentful{} }},
		{Name: "sns", New: func() Check { return &sns{} }},
		{Name: "paypal", New: func() Check { return &paypal{} }},
		{Name: "plaid", New: newPlaid},
		{Name: "figma", New: newFigma},
		{Name: "microsoft_graph", New: newMicrosoftGraph},
	}
}

// requireOne checks that at least one of the attributes is given.
func requireOne(d *schema.Decoded, names ...string) hcl.Diagnostics {
	list := ""
	for i, name := range names {
		if d.Has(name) {
			return nil
		}
		if i > 0 {
			list += " or "
		}
		list += fmt.Sprintf("%q", name)
	}
	return hcl.Diagnostics{d.Problem(names[0], "Missing attribute", "Give "+list+".")}
}

var errNotJSON = errors.New("the body is not JSON")

// decodeObject decodes a body that is a JSON object. It ignores Content-Type, which no
// sender signs: SNS sends text/plain. The trigger refuses types that it does not list.
func decodeObject(body []byte) (map[string]any, error) {
	decoded, err := value.Decode(body, value.Limits{Depth: maxSignedDepth})
	object, ok := decoded.(map[string]any)
	if err != nil || !ok {
		return nil, errNotJSON
	}
	return object, nil
}

// textMember returns a text or number of an object as text, "" for others.
func textMember(object map[string]any, name string) string {
	switch v := object[name].(type) {
	case nil, map[string]any, []any, bool:
		return ""
	default:
		return fmt.Sprint(v)
	}
}

// singleField returns the value of a field of a form that must occur exactly once.
func singleField(form url.Values, name string) (string, error) {
	if len(form[name]) != 1 {
		return "", fmt.Errorf("the form has not exactly one field %s", name)
	}
	return form[name][0], nil
}

// maxFormText is the size of all fields that readForm reads of a multipart form.
const maxFormText = 1 << 20

// readForm reads the fields of a form. Files of a multipart form are skipped.
func readForm(r *Request) (url.Values, error) {
	kind, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		return nil, errors.New("the body has no type")
	}
	switch kind {
	case "application/x-www-form-urlencoded":
		form, err := url.ParseQuery(string(r.Body))
		if err != nil {
			return nil, errors.New("the body is no form")
		}
		return form, nil
	case "multipart/form-data":
		return readMultipart(r.Body, params["boundary"])
	}
	return nil, errors.New("the body is no form")
}

func readMultipart(body []byte, boundary string) (url.Values, error) {
	form, left := url.Values{}, int64(maxFormText)
	for reader := multipart.NewReader(bytes.NewReader(body), boundary); ; {
		part, err := reader.NextPart()
		switch {
		case errors.Is(err, io.EOF):
			return form, nil
		case err != nil:
			return nil, errors.New("the body is no form")
		case part.FileName() != "":
			continue
		}
		text, err := io.ReadAll(io.LimitReader(part, left+1))
		if left -= int64(len(text)); err != nil || left < 0 {
			return nil, fmt.Errorf("the fields of the form are not whole, or longer than %d bytes", maxFormText)
		}
		form.Add(part.FormName(), string(text))
	}
}

// isForm reports whether a body is a form that is encoded like a query.
func isForm(h http.Header) bool {
	kind, _, err := mime.ParseMediaType(h.Get("Content-Type"))
	return err == nil && kind == "application/x-www-form-urlencoded"
}

// matchText returns whether one of the keys made the signature of a text. size is
// the length of the signature in bytes.
func matchText(keys []*hmacKey, encoding string, size int, text, signature string) bool {
	c := candidates{}
	decoded, ok := appendDecoded(nil, encoding, signature, size)
	if !ok {
		return false
	}
	c.bytes, c.ends = decoded, []int{len(decoded)}
	matched := 0
	for _, k := range keys {
		matched |= k.matches(payload{{source: fromText, text: text}}, message{}, &c)
	}
	return matched == 1
}
