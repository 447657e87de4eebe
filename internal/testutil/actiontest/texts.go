package actiontest

import "strings"

// TrickyTexts are texts that careless code would change or execute.
func TrickyTexts() map[string]string {
	return map[string]string{
		"plain":          "plain",
		"empty":          "",
		"quotes":         `it's "quoted" and ` + "`ticked`",
		"drop":           `'; DROP TABLE notes; --`,
		"or":             `x' OR '1'='1`,
		"backslash":      `a\'b\\c\n \0`,
		"placeholders":   `$1 ? :a @b ${x} %s %(a)s`,
		"comment":        "/* a -- b # c",
		"dollar quote":   "$$ $tag$ end",
		"umlauts":        "Grüße aus Köln, ẞ",
		"decomposed":     "e\u0301",
		"emoji":          "👩‍👩‍👧‍👦 🚀",
		"lines":          "one\r\ntwo\n\tthree",
		"number":         "007",
		"JSON":           `{"a": [1, "b"]}`,
		"array":          `{1,2,"a b"}`,
		"null word":      "NULL",
		"right to left":  "\u202eabc",
		"control":        "\x01\x1f\x7f",
		"long":           strings.Repeat("ä", 5000),
		"trailing space": "a  ",
	}
}
