package main

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"hash/crc32"
	"math/big"
	"strings"
	"time"
)

// certificateSenders sign with keys whose certificates they publish.
func certificateSenders() []sender { return []sender{sns("1"), sns("2"), snsConfirmation(), paypal()} }

// newKeys makes a key for each secret, and the certificate of the first one.
func newKeys(secret string) (keyOf func(string) *rsa.PrivateKey, certificate string) {
	keys := map[string]*rsa.PrivateKey{}
	keyOf = func(secret string) *rsa.PrivateKey {
		if keys[secret] == nil {
			key, err := rsa.GenerateKey(rand.Reader, 2048)
			if err != nil {
				panic(err)
			}
			keys[secret] = key
		}
		return keys[secret]
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "judge"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().AddDate(50, 0, 0)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, keyOf(secret).Public(), keyOf(secret))
	if err != nil {
		panic(err)
	}
	return keyOf, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
}

func signRSA(key *rsa.PrivateKey, version, text string) string {
	hash, digest := crypto.SHA256, []byte(nil)
	if version == "1" {
		sum := sha1.Sum([]byte(text))
		hash, digest = crypto.SHA1, sum[:]
	} else {
		sum := sha256.Sum256([]byte(text))
		digest = sum[:]
	}
	signature, err := rsa.SignPKCS1v15(rand.Reader, key, hash, digest)
	if err != nil {
		panic(err)
	}
	return base64.StdEncoding.EncodeToString(signature)
}

const snsCertificate = "https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem"

// sns signs members of the body in a fixed order.
func sns(version string) sender {
	s := overBody("sns", "", "", nil, "https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message-verify-message-signature.html", "aws/aws-js-sns-message-validator at 04505b52, index.js")
	s.secret, s.config = "key 0001", `topic_arn = "arn:aws:sns:eu-central-1:123456789012:orders"`
	s.signs, s.unjudged = nil, []string{"body changed"}
	keyOf, certificate := newKeys(s.secret)
	s.fetched = map[string]string{snsCertificate: certificate}
	s.sign = func(r *request, secret string, _ time.Time) {
		message := snsMessage("Notification", version)
		message["Subject"] = "A subject"
		r.Body = signSNS(message, keyOf(secret), version, "Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")
		r.Header["Content-Type"], r.Header["X-Amz-Sns-Message-Type"] = "text/plain; charset=UTF-8", "Notification"
	}
	s.spoil = func(r *request) { replaceBody(`"Signature":"`, `"Signature":"AAAA`)(r) }
	s.unjudged = append(s.unjudged, "no X-Amz-Sns-Message-Type")
	s.more = func(genuine request) map[string]variation {
		host := func(to string) func(*request) { return replaceBody("sns.eu-central-1.amazonaws.com", to) }
		return map[string]variation{
			"another message":               edit(genuine, false, replaceBody("Hello", "Hallo")),
			"another subject":               edit(genuine, false, replaceBody("A subject", "B subject")),
			"another topic":                 edit(genuine, false, replaceBody(":orders", ":order5")),
			"no topic":                      edit(genuine, false, replaceBody("TopicArn", "TopicArm")),
			"another version":               edit(genuine, false, replaceBody(`"SignatureVersion":"`, `"SignatureVersion":"3`)),
			"another type":                  edit(genuine, false, replaceBody(`"Type":"Notification"`, `"Type":"Other"`)),
			"a member that is not signed":   edit(genuine, true, replaceBody("UnsubscribeURL", "UnsubscribeURI")),
			"certificate of a stranger":     edit(genuine, false, host("sns.eu-central-1.amazonaws.com.evil.example")),
			"certificate of a bucket":       edit(genuine, false, host("sns.s3.eu-central-1.amazonaws.com")),
			"certificate behind a user":     edit(genuine, false, host("sns.eu-central-1.amazonaws.com@evil.example")),
			"certificate on a port":         edit(genuine, false, host("sns.eu-central-1.amazonaws.com:8443")),
			"certificate by HTTP":           edit(genuine, false, replaceBody("https://sns.", "http://sns.")),
			"certificate on another path":   edit(genuine, false, replaceBody("SimpleNotificationService-0", "x/SimpleNotificationService-0")),
			"certificate that is not there": edit(genuine, false, replaceBody("Service-0", "Service-1")),
		}
	}
	return s.as("sns", map[string]string{"1": "", "2": "version-2"}[version])
}

func snsConfirmation() sender {
	s := sns("2")
	keyOf, certificate := newKeys(s.secret)
	s.fetched = map[string]string{snsCertificate: certificate}
	s.sign = func(r *request, secret string, _ time.Time) {
		message := snsMessage("SubscriptionConfirmation", "2")
		message["Token"], message["SubscribeURL"] = "2336412f37", "https://sns.eu-central-1.amazonaws.com/?Action=ConfirmSubscription&Token=2336412f37"
		r.Body = signSNS(message, keyOf(secret), "2", "Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")
	}
	s.more = func(genuine request) map[string]variation {
		return map[string]variation{
			"another URL":   edit(genuine, false, replaceBody("ConfirmSubscription", "ConfirmSubscriptiom")),
			"another token": edit(genuine, false, replaceBody(`"Token":"2`, `"Token":"3`)),
		}
	}
	return s.as("sns", "confirmation")
}

func snsMessage(kind, version string) map[string]string {
	return map[string]string{
		"Type": kind, "MessageId": "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324", "TopicArn": "arn:aws:sns:eu-central-1:123456789012:orders",
		"Message": "Hello, Jane:\nGr\u00fc\u00dfe", "Timestamp": "2026-03-14T12:00:00.000Z", "SignatureVersion": version, "SigningCertURL": snsCertificate,
		"UnsubscribeURL": "https://sns.eu-central-1.amazonaws.com/?Action=Unsubscribe",
	}
}

func signSNS(message map[string]string, key *rsa.PrivateKey, version string, names ...string) string {
	var b strings.Builder
	for _, name := range names {
		b.WriteString(name + "\n" + message[name] + "\n")
	}
	message["Signature"] = signRSA(key, version, b.String())
	text, err := json.Marshal(message)
	if err != nil {
		panic(err)
	}
	return strings.ReplaceAll(string(text), `\u0026`, "&")
}

// paypal signs the id and time of a transmission, the id of the webhook and a CRC
// of the body.
func paypal() sender {
	const at = "https://api.sandbox.paypal.com/v1/notifications/certs/CERT-360caa42-fca2a594-1d93a270"
	s := overBody("paypal", "Paypal-Transmission-Sig", "", nil, "https://developer.paypal.com/api/rest/webhooks/rest/", "paypal/PayPal-Python-SDK at 0d704e7, paypalrestsdk/notifications.py")
	s.secret, s.config = "key 0001", `webhook_id = "8PT597110X687430LKGECATA"`
	keyOf, certificate := newKeys(s.secret)
	s.fetched = map[string]string{at: certificate}
	s.sign = func(r *request, secret string, _ time.Time) {
		const id, time = "69cd13f0-d67a-11e5-baa3-778b53f4ae55", "2026-03-14T12:00:00Z"
		r.Header["Paypal-Transmission-Id"], r.Header["Paypal-Transmission-Time"] = id, time
		r.Header["Paypal-Cert-Url"], r.Header["Paypal-Auth-Algo"] = at, "SHA256withRSA"
		r.Header[s.signature] = signRSA(keyOf(secret), "2", fmt.Sprintf("%s|%s|8PT597110X687430LKGECATA|%d", id, time, crc32.ChecksumIEEE([]byte(r.Body))))
	}
	s.more = func(genuine request) map[string]variation {
		set := func(name, text string) func(*request) { return func(r *request) { r.Header[name] = text } }
		return map[string]variation{
			"another id":                edit(genuine, false, set("Paypal-Transmission-Id", "69cd13f0-d67a-11e5-baa3-778b53f4ae56")),
			"another time":              edit(genuine, false, set("Paypal-Transmission-Time", "2026-03-14T12:00:01Z")),
			"another algorithm":         edit(genuine, false, set("Paypal-Auth-Algo", "SHA1withRSA")),
			"certificate of a stranger": edit(genuine, false, set("Paypal-Cert-Url", strings.Replace(at, "api.sandbox.paypal.com", "api.paypal.com.evil.example", 1))),
			"certificate by HTTP":       edit(genuine, false, set("Paypal-Cert-Url", strings.Replace(at, "https", "http", 1))),
		}
	}
	return s
}
