package mail

import (
	"errors"
	"fmt"
	"net/textproto"
	"slices"
	"strings"

	"github.com/wneessen/go-mail/smtp"

	"github.com/webhook-gateway/gateway/flow"
)

// mechanism is an SASL mechanism of a mail server.
type mechanism struct {
	name    string
	newAuth func(n *Connection) smtp.Auth
}

// mechanisms lists the mechanisms in order of preference. xoauth2 is used only
// if the connection names it, because it takes a token as the password.
func mechanisms() []mechanism {
	return []mechanism{
		{"scram-sha-256", func(n *Connection) smtp.Auth { return smtp.ScramSHA256Auth(n.username, n.password) }},
		{"plain", func(n *Connection) smtp.Auth { return smtp.PlainAuth("", n.username, n.password, n.host, false) }},
		{"login", func(n *Connection) smtp.Auth { return smtp.LoginAuth(n.username, n.password, n.host, false) }},
		{"cram-md5", func(n *Connection) smtp.Auth { return smtp.CRAMMD5Auth(n.username, n.password) }},
		{"xoauth2", func(n *Connection) smtp.Auth { return smtp.XOAuth2Auth(n.username, n.password) }},
	}
}

func mechanismNames() []string {
	var out []string
	for _, w := range mechanisms() {
		out = append(out, w.name)
	}
	return out
}

// logIn authenticates, if the connection has a user name.
func (n *Connection) logIn(c *smtp.Client) error {
	if n.username == "" {
		return nil
	}
	_, offered := c.Extension("AUTH")
	way, err := n.chooseMechanism(strings.Fields(strings.ToLower(offered)))
	if err != nil {
		return err
	}
	err = c.Auth(way.newAuth(n))
	if err == nil {
		return nil
	}
	return loginError(way.name, err)
}

func (n *Connection) chooseMechanism(offered []string) (mechanism, error) {
	for _, w := range mechanisms() {
		wanted := n.auth == w.name || n.auth == authAny && w.name != "xoauth2"
		if wanted && slices.Contains(offered, w.name) {
			return w, nil
		}
	}
	if len(offered) == 0 {
		return mechanism{}, &smtpError{class: flow.Permanent, text: "the server offers no login, so the user name and password can't be used"}
	}
	if n.auth != authAny {
		return mechanism{}, &smtpError{class: flow.Permanent, text: fmt.Sprintf("the server does not offer to log in by %s; leave auth out to use one that it offers", n.auth)}
	}
	return mechanism{}, &smtpError{class: flow.Permanent, text: "the server offers no way to log in that is known here"}
}

// loginError makes the error of a failed login. It does not quote the server,
// which may repeat the credentials.
func loginError(way string, err error) error {
	var reply *textproto.Error
	if !errors.As(err, &reply) {
		if lost := connectionError(err); lost != nil {
			return lost
		}
		return &smtpError{class: flow.Permanent, text: "the login by " + way + " failed: the server's answer is not valid"}
	}
	if reply.Code/100 == 4 {
		return &smtpError{class: flow.Transient, reason: flow.Reason5xx, text: fmt.Sprintf("the server can't check the login now (%d)", reply.Code)}
	}
	return &smtpError{class: flow.Permanent, text: fmt.Sprintf("the server refused the user name or the password (%d, by %s)", reply.Code, way)}
}
