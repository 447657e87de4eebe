package body

import (
	"encoding/xml"
	"strings"
)

// xmlSpace is what XML takes for white space.
const xmlSpace = " \t\r\n"

// xmlElement is an element whose end has not come.
type xmlElement struct {
	name    string
	members map[string]any // attributes and children; nil if there are none
	text    []byte
}

func newXMLElement(token xml.StartElement) *xmlElement {
	element := &xmlElement{name: token.Name.Local}
	for _, attribute := range token.Attr {
		if attribute.Name.Space != "xmlns" && attribute.Name != (xml.Name{Local: "xmlns"}) {
			element.addAttribute("@"+attribute.Name.Local, attribute.Value)
		}
	}
	return element
}

func (e *xmlElement) value() any {
	text := strings.Trim(string(e.text), xmlSpace)
	switch {
	case e.members != nil && text != "":
		e.members["#text"] = text
		return e.members
	case e.members != nil:
		return e.members
	case text != "":
		return text
	default:
		return nil
	}
}

func (e *xmlElement) addAttribute(name, text string) {
	if e.members == nil {
		e.members = map[string]any{}
	}
	if _, taken := e.members[name]; !taken {
		e.members[name] = text
	}
}

func (e *xmlElement) addChild(name string, child any) {
	if e.members == nil {
		e.members = map[string]any{}
	}
	before, repeated := e.members[name]
	// No child is an array by itself, so an array is what repetition made.
	if list, ok := before.([]any); ok {
		e.members[name] = append(list, child)
	} else if repeated {
		e.members[name] = []any{before, child}
	} else {
		e.members[name] = child
	}
}

// repeatedAttribute returns the name of an attribute that an element has twice,
// which encoding/xml lets pass.
func repeatedAttribute(attributes []xml.Attr) string {
	if len(attributes) < 2 {
		return ""
	}
	seen := make(map[xml.Name]bool, len(attributes))
	for _, attribute := range attributes {
		if seen[attribute.Name] {
			return attribute.Name.Local
		}
		seen[attribute.Name] = true
	}
	return ""
}
