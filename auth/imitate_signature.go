package auth

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// imitate signs a request with the first secret.
func (s *signature) imitate(r *Request) error {
	switch {
	case s.usesPublicKey():
		return &CannotImitateError{Why: "it signs with a private key"}
	case s.secret == "":
		return ErrSecretUnset
	}
	m := message{request: r, timestamp: formatTimestamp(r.Now, s.time.format)}
	if s.time.header != "" {
		if r.Header.Get(s.time.header) == "" {
			r.Header.Set(s.time.header, m.timestamp)
		}
		m.timestamp = r.Header.Get(s.time.header)
	}
	if err := s.setSignedTime(r, m.timestamp); err != nil {
		return err
	}
	s.addSignedHeaders(r)
	if err := s.payload.checkMessage(m); err != nil {
		return err
	}
	sum, err := s.sign(m)
	if err != nil {
		return err
	}
	text := s.prefix + sum
	if s.time.field != "" {
		text = s.time.field + "=" + m.timestamp + s.separator + text
	}
	r.Header.Set(s.header, text)
	return nil
}

// setSignedTime sets the member of the body that holds the time. A body that is no
// object has none.
func (s *signature) setSignedTime(r *Request, text string) error {
	if s.time.member == "" || !s.time.isChecked() {
		return nil
	}
	if _, err := decodeObject(r.Body); err != nil {
		return nil //nolint:nilerr // the check refuses such a body
	}
	return setMembers(r, func(object map[string]any) error {
		path := strings.Split(s.time.member, ".")
		for _, name := range path[:len(path)-1] {
			inner, ok := object[name].(map[string]any)
			if !ok {
				inner = map[string]any{}
				object[name] = inner
			}
			object = inner
		}
		object[path[len(path)-1]] = text
		if s.time.format != rfc3339Name && s.time.format != httpDateName {
			object[path[len(path)-1]] = json.Number(text)
		}
		return nil
	})
}

// addSignedHeaders adds the headers that are signed and that the request lacks, such
// as the id of a message.
func (s *signature) addSignedHeaders(r *Request) {
	for _, x := range s.payload {
		if x.source == fromHeader && r.Header.Get(x.text) == "" {
			text := "test"
			if strings.Contains(strings.ToLower(x.text), "timestamp") {
				text = strconv.FormatInt(r.Now.Unix(), 10)
			}
			r.Header.Set(x.text, text)
		}
	}
}

// sign returns the signature of a message as its header has it.
func (s *signature) sign(m message) (string, error) {
	key, err := decodeSecret(s.secretEncoding, s.secret)
	if err != nil {
		return "", err
	}
	switch {
	case s.algorithm == tokenName:
		return s.secret, nil
	case suffixHash(s.algorithm) != nil:
		h := suffixHash(s.algorithm)()
		h.Write(s.payload.appendTo(nil, m))
		h.Write(key)
		return encodeSum(s.encoding, h.Sum(nil)), nil
	}
	return encodeSum(s.encoding, newHMACKey(newHash(s.algorithm), key).sum(s.payload, m)), nil
}

// formatTimestamp writes a time in a format of timeFormats.
func formatTimestamp(at time.Time, format string) string {
	switch format {
	case unixMillisName:
		return strconv.FormatInt(at.UnixMilli(), 10)
	case rfc3339Name:
		return at.UTC().Format(time.RFC3339)
	case httpDateName:
		return at.UTC().Format(http.TimeFormat)
	}
	return strconv.FormatInt(at.Unix(), 10)
}

// imitate signs in the first way for which there is a secret.
func (p *presetCheck) imitate(r *Request) error {
	if p.preset.handshake && len(p.signatures[0].keys) == 0 {
		return &CannotImitateError{Why: "its secret comes from a handshake"}
	}
	var failed error
	for _, v := range p.signatures {
		if v.secret == "" && len(v.keys) == 0 {
			continue
		}
		if failed = v.imitate(r); failed == nil {
			return nil
		}
	}
	if failed == nil {
		return ErrSecretUnset
	}
	return failed
}

// setMembers changes members of a JSON body, such as those that hold a signature.
func setMembers(r *Request, change func(object map[string]any) error) error {
	object, err := decodeObject(r.Body)
	if err != nil {
		return err
	}
	if err := change(object); err != nil {
		return err
	}
	r.Body, err = json.Marshal(object)
	return err
}

// imitate puts the secret into the body.
func (b *bodyToken) imitate(r *Request) error {
	if b.token == "" {
		return ErrSecretUnset
	}
	return setMembers(r, func(object map[string]any) error {
		if !setText(object, strings.Split(b.path, "."), b.token) {
			return errors.New("the body has no place for the member " + b.path)
		}
		return nil
	})
}

// setText sets the texts at a path, and reports whether there is a place for one.
func setText(v any, path []string, text string) bool {
	if path[0] == "[]" {
		list, _ := v.([]any)
		found := len(list) > 0
		for _, element := range list {
			found = setText(element, path[1:], text) && found
		}
		return found
	}
	object, ok := v.(map[string]any)
	if !ok {
		return false
	}
	if len(path) == 1 {
		object[path[0]] = text
		return true
	}
	if object[path[0]] == nil && path[1] == "[]" {
		object[path[0]] = []any{map[string]any{}}
	}
	return setText(object[path[0]], path[1:], text)
}

// imitate signs each item of a notification, or the body of one without items.
func (a *adyen) imitate(r *Request) error {
	if len(a.keys) == 0 {
		return ErrSecretUnset
	}
	sign := func(text string) string {
		return encodeSum(base64Name, a.keys[0].sum(payload{{source: fromText, text: text}}, message{}))
	}
	if object, err := decodeObject(r.Body); err != nil || object["notificationItems"] == nil {
		r.Header.Set(adyenHeader, sign(string(r.Body)))
		return nil
	}
	return setMembers(r, func(object map[string]any) error {
		items, _ := object["notificationItems"].([]any)
		for _, v := range items {
			wrapper, _ := v.(map[string]any)
			item, ok := wrapper["NotificationRequestItem"].(map[string]any)
			if !ok {
				return errors.New("a notification item has no NotificationRequestItem")
			}
			text, err := adyenText(item)
			if err != nil {
				return err
			}
			data, ok := item["additionalData"].(map[string]any)
			if !ok {
				data = map[string]any{}
				item["additionalData"] = data
			}
			data["hmacSignature"] = sign(text)
		}
		return nil
	})
}

// imitate signs the field bt_payload.
func (b *braintree) imitate(r *Request) error {
	if len(b.keys) == 0 {
		return ErrSecretUnset
	}
	form, err := readForm(r)
	if err != nil {
		return err
	}
	text, err := singleField(form, "bt_payload")
	if err != nil {
		return err
	}
	form.Set("bt_signature", b.publicKey+"|"+encodeSum(hexName, b.keys[0].sum(payload{{source: fromText, text: text}}, message{})))
	r.Body = []byte(form.Encode())
	return nil
}

// imitate signs the canonical form of a request.
func (c *contentful) imitate(r *Request) error {
	if len(c.keys) == 0 {
		return ErrSecretUnset
	}
	r.Header.Set(contentfulTimestamp, formatTimestamp(r.Now, unixMillisName))
	r.Header.Set(contentfulHeaders, strings.ToLower(contentfulHeaders)+","+strings.ToLower(contentfulTimestamp))
	headers, err := contentfulSigned(r, r.Header.Get(contentfulHeaders))
	if err != nil {
		return err
	}
	text := strings.Join([]string{r.Method, contentfulPath(r), headers, string(r.Body)}, "\n")
	r.Header.Set(contentfulSignature, encodeSum(hexName, c.keys[0].sum(payload{{source: fromText, text: text}}, message{})))
	return nil
}

// imitate signs a time and a token, and puts them into the body.
func (m *mailgun) imitate(r *Request) error {
	if len(m.keys) == 0 {
		return ErrSecretUnset
	}
	at, token := formatTimestamp(r.Now, unixName), "test-token-"+formatTimestamp(r.Now, unixMillisName)
	signature := encodeSum(hexName, m.keys[0].sum(payload{{source: fromText, text: at + token}}, message{}))
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
		return setMembers(r, func(object map[string]any) error {
			object["signature"] = map[string]any{"timestamp": at, "token": token, "signature": signature}
			return nil
		})
	}
	form, err := readForm(r)
	if err != nil {
		return err
	}
	if !isForm(r.Header) {
		return errors.New("only JSON and forms that are encoded like a query can be signed")
	}
	form.Set("timestamp", at)
	form.Set("token", token)
	form.Set("signature", signature)
	r.Body = []byte(form.Encode())
	return nil
}

// imitate signs the URL and the fields of a form.
func (t *twilio) imitate(r *Request) error {
	keys := t.tokens
	if len(keys) == 0 {
		keys = t.shared
		r.Header.Set(twilioSettings, "algorithm=HMAC_SHA256")
	}
	if len(keys) == 0 {
		return ErrSecretUnset
	}
	if r.PublicURL == "" {
		return errNoPublicURL
	}
	fields, err := twilioFields(r)
	if err != nil {
		return err
	}
	r.Header.Set(twilioHeader, encodeSum(base64Name, keys[0].sum(payload{{source: fromText, text: r.PublicURL + r.URI + fields}}, message{})))
	return nil
}
