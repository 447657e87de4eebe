package actions

import (
	"errors"
	"math"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

var errDomain = errors.New("it is no domain")

// asciiDomain writes a domain as name servers know it: labels with other
// letters than a to z as "xn--" and their punycode (RFC 5891).
func asciiDomain(domain string) (string, error) {
	if isASCII(domain) {
		return domain, nil
	}
	labels := strings.FieldsFunc(norm.NFC.String(strings.ToLower(domain)), isDomainDot)
	for i, label := range labels {
		if isASCII(label) {
			continue
		}
		if strings.ContainsFunc(label, notInLabel) || label[0] == '-' || strings.HasSuffix(label, "-") || unicode.IsMark([]rune(label)[0]) {
			return "", errDomain
		}
		code, err := punycode(label)
		if err != nil {
			return "", err
		}
		labels[i] = "xn--" + code
	}
	return strings.Join(labels, "."), nil
}

// isDomainDot knows the dots of scripts that have their own (RFC 3490, section
// 3.1).
func isDomainDot(r rune) bool { return r == '.' || r == '。' || r == '．' || r == '｡' }

func notInLabel(r rune) bool {
	return !unicode.IsLetter(r) && !unicode.IsMark(r) && !unicode.IsDigit(r) && r != '-'
}

// The parameters of punycode (RFC 3492, section 5).
const (
	punyBase, punyMin, punyMax       = 36, 1, 26
	punySkew, punyDamp               = 38, 700
	punyBias, punyFirst        int32 = 72, 128
)

// punycode writes a label with ASCII alone (RFC 3492, section 6.3).
func punycode(label string) (string, error) {
	runes := []rune(label)
	var out []byte
	for _, r := range runes {
		if r < punyFirst {
			out = append(out, byte(r))
		}
	}
	basic := int32(len(out)) //nolint:gosec // of one label
	done := basic
	if basic > 0 {
		out = append(out, '-')
	}
	next, delta, bias := punyFirst, int32(0), punyBias
	for int(done) < len(runes) {
		least := leastFrom(runes, next)
		if step := int64(least-next)*int64(done+1) + int64(delta); step > math.MaxInt32 {
			return "", errDomain
		}
		delta += (least - next) * (done + 1)
		next = least
		for _, r := range runes {
			if r < next {
				delta++
			}
			if r != next {
				continue
			}
			out = appendPunycode(out, delta, bias)
			bias = adaptPunycode(delta, done+1, done == basic)
			delta = 0
			done++
		}
		delta++
		next++
	}
	return string(out), nil
}

func leastFrom(runes []rune, from rune) rune {
	least := rune(math.MaxInt32)
	for _, r := range runes {
		if r >= from {
			least = min(least, r)
		}
	}
	return least
}

// appendPunycode adds a number in digits of a base that varies.
func appendPunycode(out []byte, number, bias int32) []byte {
	const digits = "abcdefghijklmnopqrstuvwxyz0123456789"
	for k := int32(punyBase); ; k += punyBase {
		threshold := min(max(k-bias, punyMin), punyMax)
		if number < threshold {
			return append(out, digits[number])
		}
		out = append(out, digits[threshold+(number-threshold)%(punyBase-threshold)])
		number = (number - threshold) / (punyBase - threshold)
	}
}

func adaptPunycode(delta, count int32, first bool) int32 {
	if first {
		delta /= punyDamp
	} else {
		delta /= 2
	}
	delta += delta / count
	k := int32(0)
	for delta > (punyBase-punyMin)*punyMax/2 {
		delta /= punyBase - punyMin
		k += punyBase
	}
	return k + (punyBase-punyMin+1)*delta/(delta+punySkew)
}
