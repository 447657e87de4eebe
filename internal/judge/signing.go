package main

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"hash"
	"strconv"
	"strings"
	"time"
)

// sum computes an HMAC.
func sum(newHash func() hash.Hash, key string, parts ...string) []byte {
	mac := hmac.New(newHash, []byte(key))
	mac.Write([]byte(strings.Join(parts, "")))
	return mac.Sum(nil)
}

func hexSum(key string, parts ...string) string {
	return hex.EncodeToString(sum(sha256.New, key, parts...))
}

func hexSum1(key string, parts ...string) string {
	return hex.EncodeToString(sum(sha1.New, key, parts...))
}

func hexSum512(key string, parts ...string) string {
	return hex.EncodeToString(sum(sha512.New, key, parts...))
}

func base64Sum(key string, parts ...string) string {
	return base64.StdEncoding.EncodeToString(sum(sha256.New, key, parts...))
}

func base64Sum1(key string, parts ...string) string {
	return base64.StdEncoding.EncodeToString(sum(sha1.New, key, parts...))
}

func unix(at time.Time) string { return strconv.FormatInt(at.Unix(), 10) }

func unixMilli(at time.Time) string { return strconv.FormatInt(at.UnixMilli(), 10) }

func rfc3339(at time.Time) string { return at.UTC().Format(time.RFC3339) }

// decodeKey returns the bytes of a secret in base64, "" if it holds none.
func decodeKey(text string) string {
	key, _ := base64.StdEncoding.DecodeString(text)
	return string(key)
}

// overBody is a sender that signs the body alone.
func overBody(preset, header, prefix string, encode func(key string, parts ...string) string, readings ...string) sender {
	return sender{
		preset: preset, config: `secret = "%s"`, secret: "the-secret-of-" + preset + "-0123456789", readings: readings,
		signature: header, signs: []string{"body"},
		sign: func(r *request, secret string, _ time.Time) { r.Header[header] = prefix + encode(secret, r.Body) },
	}
}
