package smtpd

import (
	"crypto/hmac"
	"crypto/md5" //nolint:gosec // CRAM-MD5 is made of it
	"crypto/pbkdf2"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"strings"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// dialogue is the server's side of a login: it gets the client's response and
// returns the next challenge, or that the login is done.
type dialogue func(response string) (challenge string, done bool, err error)

// Next takes the next answer.
func (d dialogue) Next(response []byte) ([]byte, bool, error) {
	challenge, done, err := d(string(response))
	return []byte(challenge), done, err
}

// newLogin makes the server's side of a mechanism. check gets the name and the
// password, or a stand-in if the password is not sent.
func newLogin(mech string, check func(username, password string) error) (sasl.Server, error) {
	switch mech {
	case sasl.Plain:
		return sasl.NewPlainServer(func(_, username, password string) error { return check(username, password) }), nil
	case sasl.Login:
		return loginDialogue(check), nil
	case "CRAM-MD5":
		return cramDialogue(check), nil
	case "SCRAM-SHA-256":
		return scramDialogue(check), nil
	case "XOAUTH2":
		return tokenDialogue(check), nil
	}
	return nil, smtp.ErrAuthUnknownMechanism
}

// loginDialogue asks for name and password one after the other.
func loginDialogue(check func(username, password string) error) dialogue {
	asked, username := 0, ""
	return func(response string) (string, bool, error) {
		asked++
		switch asked {
		case 1:
			return "Username:", false, nil
		case 2:
			username = response
			return "Password:", false, nil
		}
		return "", true, check(username, response)
	}
}

// cramDialogue follows RFC 2195.
func cramDialogue(check func(username, password string) error) dialogue {
	const challenge = "<1896.697170952@mail.example.com>"
	return func(response string) (string, bool, error) {
		if response == "" {
			return challenge, false, nil
		}
		username, digest, _ := strings.Cut(response, " ")
		mac := hmac.New(md5.New, []byte(Password))
		mac.Write([]byte(challenge))
		if digest == hex.EncodeToString(mac.Sum(nil)) {
			return "", true, check(username, Password)
		}
		return "", true, check(username, "wrong")
	}
}

// tokenDialogue follows XOAUTH2 of Google and Microsoft.
func tokenDialogue(check func(username, password string) error) dialogue {
	return func(response string) (string, bool, error) {
		fields := strings.Split(response, "\x01")
		if len(fields) != 4 {
			return "", true, errors.New("not what it should be")
		}
		return "", true, check(strings.TrimPrefix(fields[0], "user="), strings.TrimPrefix(fields[1], "auth=Bearer "))
	}
}

// scramDialogue follows RFC 5802 and RFC 7677.
func scramDialogue(check func(username, password string) error) dialogue {
	const salt, rounds = "salt-of-the-shop", 4096
	sum := func(key []byte, text string) []byte {
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(text))
		return mac.Sum(nil)
	}
	var username, bare, first string
	return func(response string) (string, bool, error) {
		if strings.HasPrefix(response, "n,,") {
			bare = strings.TrimPrefix(response, "n,,")
			name, nonce, _ := strings.Cut(bare, ",r=")
			username = strings.TrimPrefix(name, "n=")
			first = "r=" + nonce + "more,s=" + base64.StdEncoding.EncodeToString([]byte(salt)) + ",i=4096"
			return first, false, nil
		}
		if response == "" && first == "" {
			return "", false, nil // the client begins
		}
		if response == "" {
			return "", true, check(username, Password) // it took the server's proof
		}
		final, proof, _ := strings.Cut(response, ",p=")
		said := bare + "," + first + "," + final
		salted, err := pbkdf2.Key(sha256.New, Password, []byte(salt), rounds, sha256.Size)
		if err != nil {
			return "", true, err
		}
		key := sum(salted, "Client Key")
		stored := sha256.Sum256(key)
		for i, b := range sum(stored[:], said) {
			key[i] ^= b
		}
		if proof != base64.StdEncoding.EncodeToString(key) {
			return "", true, check(username, "wrong")
		}
		return "v=" + base64.StdEncoding.EncodeToString(sum(sum(salted, "Server Key"), said)), false, nil
	}
}
