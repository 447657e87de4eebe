package body

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/webhook-gateway/gateway/internal/termtext"
	"github.com/webhook-gateway/gateway/internal/value"
)

// MaxXMLNodes is the maximum number of elements and attributes of an XML
// document.
const MaxXMLNodes = 100_000

// maxReason bounds the bytes of a reason that comes from a library.
const maxReason = 200

// ParseXML converts an XML document to the usual JSON form of XML:
//
//		<order id="7"><sku>A</sku><sku>B</sku><note/></order>
//		{"order": {"@id": "7", "sku": ["A", "B"], "note": null}}
//
//		<price currency="EUR">9.95</price>
//		{"price": {"@currency": "EUR", "#text": "9.95"}}
//
//	  - The root element is the only member of an object.
//	  - An attribute is a member whose name begins with @.
//	  - An element is an object of its attributes and children. An element without
//	    attributes and children is its text as a string, or null without text.
//	  - The text of an element with attributes or children is the member #text,
//	    if there is any. Between children it is joined.
//	  - White space at both ends of the text of an element is removed, so
//	    indentation has no meaning. CDATA is text.
//	  - An element that occurs several times in its parent is an array, in order.
//	    An element that occurs once is not.
//	  - Namespaces are left out: the prefix of a name is dropped, because the
//	    sender may choose another at any time, and xmlns declarations are no
//	    attributes. If two attributes then have the same name, the first one counts.
//	  - An empty element with xsi:nil="true" is null, also if it has other
//	    attributes. xsi:nil is never an attribute of the value.
//	  - Comments and processing instructions are left out.
//
// The character encoding of the document is that of its byte order mark, else the
// one that its content type names, charset, else the one of its declaration (RFC
// 7303, section 3). A declaration that names a 16-bit or 32-bit encoding and is
// itself not written in it is ignored.
//
// All leaves are strings or null. Refused are: a document type declaration, so
// only the predefined entities exist; an unknown character encoding; more
// than [MaxXMLNodes] elements and attributes; elements that nest deeper than the
// limits allow; and a document that encoding/xml does not find well-formed.
//
// Each error is a [*value.SyntaxError] whose pointer is that of the element in which
// the mistake is.
func ParseXML(body []byte, charset Charset, lim value.Limits) (any, error) {
	body, err := decodeXMLText(body, charset)
	if err != nil {
		return nil, err
	}
	text := bytes.TrimPrefix(body, []byte(byteOrderMark))
	r := &xmlReader{
		dec:   xml.NewDecoder(bytes.NewReader(text)),
		body:  body,
		base:  int64(len(body) - len(text)),
		depth: lim.EffectiveDepth(),
	}
	// The text is in UTF-8 here, so the name in its declaration is ignored.
	r.dec.CharsetReader = func(_ string, text io.Reader) (io.Reader, error) { return text, nil }
	for {
		start := r.dec.InputOffset()
		token, err := r.dec.Token()
		if errors.Is(err, io.EOF) && r.root != nil && len(r.open) == 0 {
			return r.root, nil
		}
		if err != nil {
			return nil, r.convertError(err)
		}
		if reason := r.readToken(token, start); reason != "" {
			return nil, r.newError(start, reason)
		}
	}
}

// xmlReader builds the value of a document.
type xmlReader struct {
	dec   *xml.Decoder
	body  []byte
	base  int64 // offset in body at which the decoder began
	depth int
	nodes int
	open  []*xmlElement // from the root inwards
	root  map[string]any
}

// readToken adds a token to the value. It returns the reason to refuse it, or "".
func (r *xmlReader) readToken(token xml.Token, start int64) string {
	switch token := token.(type) {
	case xml.StartElement:
		return r.openElement(token)
	case xml.EndElement:
		r.closeElement()
	case xml.CharData:
		return r.appendText(token)
	case xml.Directive:
		return "a document type declaration; these are not accepted"
	case xml.ProcInst:
		if token.Target == "xml" && start > 0 {
			return "an XML declaration that is not at the beginning"
		}
	}
	return ""
}

func (r *xmlReader) openElement(token xml.StartElement) string {
	if len(r.open) == 0 && r.root != nil {
		return "a second root element; a document has one"
	}
	if len(r.open) >= r.depth {
		return fmt.Sprintf("nested too deeply; at most %d levels of elements are accepted", r.depth)
	}
	if r.nodes += 1 + len(token.Attr); r.nodes > MaxXMLNodes {
		return fmt.Sprintf("too many elements and attributes; at most %d are accepted", MaxXMLNodes)
	}
	if name := repeatedAttribute(token.Attr); name != "" {
		return fmt.Sprintf("a second attribute with the name %s", value.Quote(name))
	}
	r.open = append(r.open, newXMLElement(token))
	return ""
}

// closeElement closes the innermost element and adds its value to its parent.
func (r *xmlReader) closeElement() {
	last := len(r.open) - 1
	element := r.open[last]
	r.open = r.open[:last]
	if last == 0 {
		r.root = map[string]any{element.name: element.buildValue()}
		return
	}
	r.open[last-1].addChild(element.name, element.buildValue())
}

func (r *xmlReader) appendText(text []byte) string {
	if len(r.open) > 0 {
		element := r.open[len(r.open)-1]
		element.text = append(element.text, text...)
		return ""
	}
	if len(bytes.Trim(text, xmlSpace)) > 0 {
		return "text outside the root element"
	}
	return ""
}

// convertError converts an error of the decoder to an error of this package.
func (r *xmlReader) convertError(err error) error {
	at := r.dec.InputOffset()
	if errors.Is(err, io.EOF) {
		return r.newError(at, "no XML element")
	}
	if syntax, ok := errors.AsType[*xml.SyntaxError](err); ok {
		if syntax.Msg == "unexpected EOF" {
			return r.newError(at, "the XML text ends before the document is complete")
		}
		return r.newError(at, termtext.Line(syntax.Msg, maxReason))
	}
	if cause := errors.Unwrap(err); cause != nil {
		err = cause
	}
	return r.newError(at, termtext.Line(strings.TrimPrefix(err.Error(), "xml: "), maxReason))
}

func (r *xmlReader) newError(offset int64, reason string) error {
	return value.NewSyntaxError(r.body, r.base+offset, r.openPointer(), reason)
}

// openPointer returns the JSON pointer of the innermost open element. It counts
// the earlier elements with the same name.
func (r *xmlReader) openPointer() string {
	pointer := ""
	for i, element := range r.open {
		pointer = value.AppendPointer(pointer, element.name)
		if i == 0 {
			continue
		}
		before, repeated := r.open[i-1].members[element.name]
		if list, ok := before.([]any); ok {
			pointer += fmt.Sprintf("/%d", len(list))
		} else if repeated {
			pointer += "/1"
		}
	}
	return pointer
}

// schemaInstance is the namespace of xsi:nil.
const schemaInstance = "http://www.w3.org/2001/XMLSchema-instance"

// xmlSpace holds the white space of XML.
const xmlSpace = " \t\r\n"

// xmlElement is an element that is still open.
type xmlElement struct {
	name    string
	members map[string]any // attributes and children; nil if there are none
	text    []byte
	isNil   bool // xsi:nil="true"
	isFull  bool // has children
}

func newXMLElement(token xml.StartElement) *xmlElement {
	element := &xmlElement{name: token.Name.Local}
	for _, attribute := range token.Attr {
		if attribute.Name == (xml.Name{Space: schemaInstance, Local: "nil"}) {
			flag := strings.Trim(attribute.Value, xmlSpace)
			element.isNil = flag == "true" || flag == "1"
			continue
		}
		if attribute.Name.Space != "xmlns" && attribute.Name != (xml.Name{Local: "xmlns"}) {
			element.addAttribute("@"+attribute.Name.Local, attribute.Value)
		}
	}
	return element
}

func (e *xmlElement) buildValue() any {
	text := strings.Trim(string(e.text), xmlSpace)
	switch {
	case e.isNil && text == "" && !e.isFull:
		return nil
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
	e.isFull = true
	if e.members == nil {
		e.members = map[string]any{}
	}
	before, repeated := e.members[name]
	// The value of a child is never an array, so an array means repetition.
	if list, ok := before.([]any); ok {
		e.members[name] = append(list, child)
	} else if repeated {
		e.members[name] = []any{before, child}
	} else {
		e.members[name] = child
	}
}

// repeatedAttribute returns the name of an attribute that an element has twice.
// encoding/xml accepts those.
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
