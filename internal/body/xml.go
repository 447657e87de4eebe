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

// MaxXMLNodes is how many elements and attributes an XML document may have
// together.
const MaxXMLNodes = 100_000

// maxReason bounds the bytes of a reason that comes from a library.
const maxReason = 200

// ParseXML reads an XML document into the shape that is usual for XML as JSON:
//
//		<order id="7"><sku>A</sku><sku>B</sku><note/></order>
//		{"order": {"@id": "7", "sku": ["A", "B"], "note": null}}
//
//		<price currency="EUR">9.95</price>
//		{"price": {"@currency": "EUR", "#text": "9.95"}}
//
//	  - The root element is the only member of an object.
//	  - An attribute is a member whose name begins with @.
//	  - An element is an object of its attributes and children. One without either
//	    is its text, as a string, or null if it has no text.
//	  - The text of an element with attributes or children is the member #text,
//	    if there is any. Between children it is joined.
//	  - White space at both ends of an element's text is cut off, so a document
//	    means the same indented or not. CDATA is text like any other.
//	  - An element that occurs several times in its parent is an array, in order.
//	    One that occurs once is not.
//	  - Namespaces are left out: the prefix of a name is dropped, as the sender
//	    may choose another any day, and xmlns declarations are no attributes. Of
//	    two attributes that then have the same name the first one counts.
//	  - Comments and processing instructions are left out.
//
// All leaves are strings or null. A document type declaration is refused, so
// there are no entities but XML's own; so is any character encoding but UTF-8,
// more than [MaxXMLNodes] elements and attributes, and elements that nest
// deeper than [value.Limits]. For the rest the document must be well-formed, as far as
// encoding/xml checks.
//
// Every error is a [*value.SyntaxError] whose pointer is that of the element in which
// the fault is.
func ParseXML(body []byte, lim value.Limits) (any, error) {
	text := bytes.TrimPrefix(body, []byte("\xef\xbb\xbf"))
	r := &xmlReader{
		dec:   xml.NewDecoder(bytes.NewReader(text)),
		body:  body,
		base:  int64(len(body) - len(text)),
		depth: lim.Effective(),
	}
	r.dec.CharsetReader = func(charset string, _ io.Reader) (io.Reader, error) {
		return nil, fmt.Errorf("the character encoding %s is not supported, only UTF-8", value.Quote(charset))
	}
	for {
		start := r.dec.InputOffset()
		token, err := r.dec.Token()
		if errors.Is(err, io.EOF) && r.root != nil && len(r.open) == 0 {
			return r.root, nil
		}
		if err != nil {
			return nil, r.decoderFault(err)
		}
		if reason := r.take(token, start); reason != "" {
			return nil, r.fault(start, reason)
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

// take takes one token. It returns what is wrong with it, or "".
func (r *xmlReader) take(token xml.Token, start int64) string {
	switch token := token.(type) {
	case xml.StartElement:
		return r.start(token)
	case xml.EndElement:
		r.end()
	case xml.CharData:
		return r.characters(token)
	case xml.Directive:
		return "a document type declaration; these are not accepted"
	case xml.ProcInst:
		if token.Target == "xml" && start > 0 {
			return "an XML declaration that is not at the beginning"
		}
	}
	return ""
}

func (r *xmlReader) start(token xml.StartElement) string {
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

// end closes the innermost element and hands its value to its parent.
func (r *xmlReader) end() {
	last := len(r.open) - 1
	element := r.open[last]
	r.open = r.open[:last]
	if last == 0 {
		r.root = map[string]any{element.name: element.value()}
		return
	}
	r.open[last-1].addChild(element.name, element.value())
}

func (r *xmlReader) characters(text []byte) string {
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

// decoderFault turns an error of the decoder into one of this package.
func (r *xmlReader) decoderFault(err error) error {
	at := r.dec.InputOffset()
	if errors.Is(err, io.EOF) {
		return r.fault(at, "no XML element")
	}
	if syntax, ok := errors.AsType[*xml.SyntaxError](err); ok {
		if syntax.Msg == "unexpected EOF" {
			return r.fault(at, "the XML text ends before the document is complete")
		}
		return r.fault(at, termtext.Line(syntax.Msg, maxReason))
	}
	if cause := errors.Unwrap(err); cause != nil {
		err = cause
	}
	return r.fault(at, termtext.Line(strings.TrimPrefix(err.Error(), "xml: "), maxReason))
}

func (r *xmlReader) fault(offset int64, reason string) error {
	return value.NewSyntaxError(r.body, r.base+offset, r.pointer(), reason)
}

// pointer returns the JSON pointer that the innermost open element has, or will
// have when it is the second or a later one of its name.
func (r *xmlReader) pointer() string {
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
